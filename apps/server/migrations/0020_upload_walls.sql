-- Files that go out with replies belong to the workspace whose replies they are. The system role drops what is of no use any more, and finds whose a file is
-- when a platform fetches it; it never reads what is in one.
alter table upload enable row level security;
--> statement-breakpoint
alter table upload force row level security;
--> statement-breakpoint
create policy of_workspace on upload to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update, delete on upload to answerback_app;
--> statement-breakpoint
create policy of_system on upload to answerback_system using (true) with check (true);
--> statement-breakpoint
grant select (id, workspace_id, reply_id, created_at), delete on upload to answerback_system;
--> statement-breakpoint
grant select (ended_at) on reply to answerback_system;
--> statement-breakpoint
-- Pictures and films are packed already.
alter table upload alter column data set storage external;
