ALTER TABLE "poll" ADD COLUMN "listen_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "listen_leased_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "listen_failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "live_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "was_live_at" timestamp (3) with time zone;