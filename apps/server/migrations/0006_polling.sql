CREATE TABLE "poll_budget" (
	"key" text PRIMARY KEY NOT NULL,
	"used" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "calls" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "used" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "quota_left" integer;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "quota_resets_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "monthly_cap_usd" double precision;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "quota_of" integer;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "spent_usd" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "spent_month" text;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "wanted" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "message_arrived" ON "message" USING btree ("channel_id","received_at") WHERE not ours;