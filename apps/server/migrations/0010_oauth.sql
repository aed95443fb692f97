CREATE TABLE "oauth_state" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"app_id" uuid,
	"channel_id" uuid,
	"settings" jsonb NOT NULL,
	"redirect_url" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"problem" text,
	CONSTRAINT "oauth_state_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "token_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "platform_app" ADD COLUMN "workspace_id" uuid;--> statement-breakpoint
CREATE INDEX "oauth_state_expires" ON "oauth_state" USING btree ("expires_at");