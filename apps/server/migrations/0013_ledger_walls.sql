-- What platforms count below posts belongs to the workspace whose posts they are.
alter table post_ledger enable row level security;
--> statement-breakpoint
alter table post_ledger force row level security;
--> statement-breakpoint
create policy of_workspace on post_ledger to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update, delete on post_ledger to answerback_app;
--> statement-breakpoint
-- Posts that are here already are counted like the others. Whoever migrates sees every workspace's rows only while the wall is not forced on the owner.
alter table post no force row level security;
--> statement-breakpoint
alter table post_ledger no force row level security;
--> statement-breakpoint
insert into post_ledger (post_id, workspace_id, channel_id, due_at) select id, workspace_id, channel_id, now() from post where ours;
--> statement-breakpoint
alter table post force row level security;
--> statement-breakpoint
alter table post_ledger force row level security;
