CREATE TABLE "channel" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"avatar_url" text,
	"url" text,
	"api_url" text NOT NULL,
	"app_id" uuid,
	"settings" jsonb NOT NULL,
	"credentials" "bytea" NOT NULL,
	"reply_limit" jsonb,
	"connected_at" timestamp (3) with time zone NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"reauthorize_at" timestamp (3) with time zone,
	"last_delivery_at" timestamp (3) with time zone,
	CONSTRAINT "channel_account" UNIQUE("workspace_id","platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "platform_app" (
	"id" uuid PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"settings" jsonb NOT NULL,
	"secrets" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "poll" (
	"channel_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"cursor" jsonb,
	"seen" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"last_ok_at" timestamp (3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"by_id" uuid,
	"what" text NOT NULL,
	"detail" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "closing" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"class" text NOT NULL,
	"note" text,
	"by_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"reopened_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "conversation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"root_external_id" text NOT NULL,
	"post_id" uuid,
	"on_our_post" boolean NOT NULL,
	"kind" text NOT NULL,
	"private" boolean DEFAULT false NOT NULL,
	"assignee_id" uuid,
	"snoozed_until" timestamp (3) with time zone,
	"seq" bigint DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'withdrawn' NOT NULL,
	"waiting_since" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"open_turns" integer DEFAULT 0 NOT NULL,
	"acknowledged" boolean DEFAULT false NOT NULL,
	"found_late" boolean DEFAULT false NOT NULL,
	"changed_since_answered" boolean DEFAULT false NOT NULL,
	"contact_id" uuid,
	"waiting_message_id" uuid,
	"last_message_id" uuid,
	"last_activity_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"ended_ms" bigint,
	"ended_by_id" uuid,
	"ended_source" text,
	"ended_reason" text,
	"reply_id" uuid,
	"reply_failed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "conversation_root" UNIQUE("workspace_id","platform","root_external_id")
);
--> statement-breakpoint
CREATE TABLE "conversation_count" (
	"workspace_id" uuid NOT NULL,
	"state" text NOT NULL,
	"channel_id" uuid NOT NULL,
	"assignee_id" uuid NOT NULL,
	"reply_failed" boolean NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "conversation_count_workspace_id_state_channel_id_assignee_id_reply_failed_pk" PRIMARY KEY("workspace_id","state","channel_id","assignee_id","reply_failed")
);
--> statement-breakpoint
CREATE TABLE "conversation_redirect" (
	"workspace_id" uuid NOT NULL,
	"from_id" uuid PRIMARY KEY NOT NULL,
	"into_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "turn" (
	"id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"message_ids" uuid[] NOT NULL,
	"start_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"end_at" timestamp (3) with time zone,
	"ended_by" uuid,
	"source" text,
	"assumed" boolean NOT NULL,
	"closed_class" text,
	"acknowledged" boolean NOT NULL,
	"found_late" boolean NOT NULL,
	"changed_since_answered" boolean NOT NULL,
	"clocks_disagree" boolean NOT NULL,
	"first" boolean NOT NULL,
	"target_seconds" integer NOT NULL,
	CONSTRAINT "turn_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "delivery" (
	"id" uuid PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"app_id" uuid,
	"channel_id" uuid,
	"kind" text NOT NULL,
	"request" jsonb NOT NULL,
	"body" "bytea" NOT NULL,
	"hash" "bytea",
	"received_at" timestamp (3) with time zone NOT NULL,
	"done_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"quarantined" text,
	"due_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "delivery_entry" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"delivery_id" uuid NOT NULL,
	"channel_id" uuid,
	"platform" text NOT NULL,
	"kind" text NOT NULL,
	"index" integer NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"facts" integer NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "delivery_entry_once" UNIQUE NULLS NOT DISTINCT("workspace_id","delivery_id","channel_id","index")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_key_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"handle" text,
	"name" text,
	"avatar_url" text,
	"url" text,
	"seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contact_external" UNIQUE("workspace_id","platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "early_fact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"fact" jsonb NOT NULL,
	"fact_hash" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "early_fact_once" UNIQUE("workspace_id","platform","external_id","fact_hash")
);
--> statement-breakpoint
CREATE TABLE "message" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"kind" text NOT NULL,
	"ours" boolean NOT NULL,
	"automated" boolean NOT NULL,
	"contact_id" uuid NOT NULL,
	"parent_external_id" text,
	"post_external_id" text,
	"mentions_us" boolean NOT NULL,
	"tags_external_id" text,
	"private" boolean NOT NULL,
	"text" text NOT NULL,
	"media" jsonb NOT NULL,
	"language" text,
	"url" text,
	"ref" jsonb NOT NULL,
	"version" text NOT NULL,
	"edited_at" timestamp (3) with time zone,
	"version_first_at" timestamp (3) with time zone NOT NULL,
	"version_last_at" timestamp (3) with time zone NOT NULL,
	"version_rank_at" timestamp (3) with time zone,
	"other_versions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"platform_at" timestamp (3) with time zone NOT NULL,
	"author_at" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone,
	"removed_at" timestamp (3) with time zone,
	"removed_by" text,
	"absent_at" timestamp (3) with time zone,
	"hidden" boolean DEFAULT false NOT NULL,
	"hidden_at" timestamp (3) with time zone,
	"moderation_reason" text,
	"liked" boolean DEFAULT false NOT NULL,
	"liked_at" timestamp (3) with time zone,
	"reply_id" uuid,
	"by_id" uuid,
	"in_reply_to_id" uuid,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "message_external" UNIQUE("workspace_id","platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"ours" boolean NOT NULL,
	"text" text NOT NULL,
	"url" text,
	"media" jsonb NOT NULL,
	"ref" jsonb NOT NULL,
	"reported_replies" integer,
	"platform_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "post_external" UNIQUE("workspace_id","platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "sighting" (
	"workspace_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	CONSTRAINT "sighting_message_id_channel_id_pk" PRIMARY KEY("message_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "reply" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"in_reply_to_id" uuid NOT NULL,
	"by_id" uuid,
	"text" text NOT NULL,
	"state" text NOT NULL,
	"due_at" timestamp (3) with time zone,
	"sent_at" timestamp (3) with time zone,
	"looks" integer DEFAULT 0 NOT NULL,
	"external_id" text,
	"url" text,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "reply_attempt" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"reply_id" uuid NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"outcome" text,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"by_id" uuid,
	"what" text NOT NULL,
	"about" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "change" (
	"workspace_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"conversation_ids" uuid[] NOT NULL,
	"gone" jsonb NOT NULL,
	"channels" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "change_workspace_id_seq_pk" PRIMARY KEY("workspace_id","seq")
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"workspace_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer NOT NULL,
	"response" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "member" (
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "member_workspace_id_user_id_pk" PRIMARY KEY("workspace_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "workspace" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	"target_seconds" integer DEFAULT 86400 NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workspace_seq" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "channel_external" ON "channel" USING btree ("platform","external_id");--> statement-breakpoint
CREATE INDEX "platform_app_platform" ON "platform_app" USING btree ("platform");--> statement-breakpoint
CREATE INDEX "poll_due" ON "poll" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "activity_conversation" ON "activity" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "closing_conversation" ON "closing" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "closing_recent" ON "closing" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "conversation_waiting" ON "conversation" USING btree ("workspace_id","waiting_since","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "conversation_waiting_channel" ON "conversation" USING btree ("workspace_id","channel_id","waiting_since","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "conversation_waiting_assignee" ON "conversation" USING btree ("workspace_id","assignee_id","waiting_since","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "conversation_state" ON "conversation" USING btree ("workspace_id","state","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "conversation_recent" ON "conversation" USING btree ("workspace_id","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "conversation_failed" ON "conversation" USING btree ("workspace_id","last_activity_at") WHERE reply_failed;--> statement-breakpoint
CREATE INDEX "conversation_snoozed" ON "conversation" USING btree ("snoozed_until") WHERE state = 'snoozed';--> statement-breakpoint
CREATE INDEX "conversation_redirect_into" ON "conversation_redirect" USING btree ("workspace_id","into_id");--> statement-breakpoint
CREATE INDEX "turn_conversation" ON "turn" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "turn_open" ON "turn" USING btree ("workspace_id","start_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "turn_start" ON "turn" USING btree ("workspace_id","start_at");--> statement-breakpoint
CREATE UNIQUE INDEX "delivery_hash" ON "delivery" USING btree ("hash") WHERE hash is not null;--> statement-breakpoint
CREATE INDEX "delivery_due" ON "delivery" USING btree ("due_at") WHERE done_at is null and quarantined is null;--> statement-breakpoint
CREATE INDEX "delivery_received" ON "delivery" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "delivery_entry_list" ON "delivery_entry" USING btree ("workspace_id","state","received_at","id");--> statement-breakpoint
CREATE INDEX "account_user" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "verification" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "message_conversation" ON "message" USING btree ("conversation_id","platform_at","id");--> statement-breakpoint
CREATE INDEX "message_post" ON "message" USING btree ("workspace_id","platform","post_external_id") WHERE post_external_id is not null;--> statement-breakpoint
CREATE INDEX "message_parent" ON "message" USING btree ("workspace_id","platform","parent_external_id") WHERE parent_external_id is not null;--> statement-breakpoint
CREATE INDEX "post_recent" ON "post" USING btree ("channel_id","platform_at") WHERE ours and removed_at is null;--> statement-breakpoint
CREATE INDEX "reply_conversation" ON "reply" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "reply_due" ON "reply" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "reply_attempt_reply" ON "reply_attempt" USING btree ("reply_id");--> statement-breakpoint
CREATE INDEX "audit_list" ON "audit" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "change_created" ON "change" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "idempotency_key_created" ON "idempotency_key" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "member_user" ON "member" USING btree ("user_id");