CREATE TABLE "post_ledger" (
	"post_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"reported" integer,
	"counts" text DEFAULT 'all' NOT NULL,
	"withheld" integer DEFAULT 0 NOT NULL,
	"counted_at" timestamp (3) with time zone,
	"fetched_at" timestamp (3) with time zone,
	"read_at" timestamp (3) with time zone,
	"unsettled" boolean DEFAULT false NOT NULL,
	"explained_difference" integer,
	"tries" integer DEFAULT 0 NOT NULL,
	"missing_since" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone NOT NULL,
	"history" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "open_after" text;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "back_to" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "back_cursor" jsonb;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "back_reached_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "poll" ADD COLUMN "back_done_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "post" ADD COLUMN "parent_external_id" text;--> statement-breakpoint
ALTER TABLE "post" ADD COLUMN "post_external_id" text;--> statement-breakpoint
CREATE INDEX "post_ledger_due" ON "post_ledger" USING btree ("channel_id","due_at");--> statement-breakpoint
CREATE INDEX "post_ledger_unsettled" ON "post_ledger" USING btree ("channel_id") WHERE unsettled;--> statement-breakpoint
CREATE INDEX "turn_open_channel" ON "turn" USING btree ("channel_id","id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "post_below" ON "post" USING btree ("workspace_id","platform","parent_external_id") WHERE parent_external_id is not null;--> statement-breakpoint
CREATE INDEX "post_under" ON "post" USING btree ("workspace_id","platform","post_external_id") WHERE post_external_id is not null;