CREATE TABLE "message_words" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"platform_at" timestamp (3) with time zone NOT NULL,
	"words" "tsvector" NOT NULL,
	"stale" boolean DEFAULT true NOT NULL
);
--> statement-breakpoint
ALTER TABLE "message" ADD COLUMN "gone" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "message_words_found" ON "message_words" USING gin ("words");--> statement-breakpoint
CREATE INDEX "message_words_recent" ON "message_words" USING btree ("workspace_id","platform_at","message_id");--> statement-breakpoint
CREATE INDEX "message_words_contact" ON "message_words" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "message_words_stale" ON "message_words" USING btree ("workspace_id") WHERE stale;