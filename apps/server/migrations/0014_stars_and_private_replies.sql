ALTER TABLE "message" ADD COLUMN "rating" integer;--> statement-breakpoint
ALTER TABLE "reply" ADD COLUMN "privately" boolean DEFAULT false NOT NULL;