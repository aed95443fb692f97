ALTER TABLE "channel" ADD COLUMN "target_seconds" integer;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "target_clock" text;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "hours" jsonb;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "rules_changed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "closing" ADD COLUMN "reason_name" text;--> statement-breakpoint
ALTER TABLE "closing" ADD COLUMN "target_seconds" integer;--> statement-breakpoint
ALTER TABLE "closing" ADD COLUMN "target_clock" text;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "due_soon_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "ended_reason_name" text;--> statement-breakpoint
ALTER TABLE "turn" ADD COLUMN "target_clock" text DEFAULT 'calendar' NOT NULL;--> statement-breakpoint
ALTER TABLE "turn" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
-- All targets so far were of calendar time. Whoever migrates sees every workspace's rows only while the wall is not forced on the owner.
ALTER TABLE "turn" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversation" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "turn" SET "due_at" = "start_at" + "target_seconds" * interval '1 second';--> statement-breakpoint
UPDATE "conversation" SET "due_soon_at" = "due_at" - ("due_at" - "waiting_since") * 0.25 WHERE "waiting_since" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "turn" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversation" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "turn" ALTER COLUMN "due_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "change" ADD COLUMN "settings" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "target_clock" text DEFAULT 'calendar' NOT NULL;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "hours" jsonb;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "reasons" jsonb;--> statement-breakpoint
CREATE INDEX "conversation_unanswered" ON "conversation" USING btree ("workspace_id","waiting_since","id") WHERE waiting_since is not null;--> statement-breakpoint
CREATE INDEX "turn_business" ON "turn" USING btree ("channel_id","id") WHERE target_clock = 'business';