CREATE TABLE "upload" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"reply_id" uuid,
	"by_id" uuid NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"width" integer,
	"height" integer,
	"bytes" integer NOT NULL,
	"data" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reply" ADD COLUMN "media" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "upload_reply" ON "upload" USING btree ("reply_id");--> statement-breakpoint
CREATE INDEX "upload_age" ON "upload" USING btree ("created_at");