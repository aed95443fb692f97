CREATE TABLE "installation" (
	"key_mark" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "scopes" text[];--> statement-breakpoint
ALTER TABLE "change" ADD COLUMN "staff" boolean DEFAULT false NOT NULL;