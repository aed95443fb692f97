-- Walls of what came with 0002. An invitation is opened by somebody who belongs to no workspace yet: the system role finds it by its hash.
alter table invitation enable row level security;
--> statement-breakpoint
alter table invitation force row level security;
--> statement-breakpoint
create policy of_workspace on invitation to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update on invitation to answerback_app;
--> statement-breakpoint
create policy of_system on invitation to answerback_system using (true) with check (true);
--> statement-breakpoint
grant select, update on invitation to answerback_system;
--> statement-breakpoint
grant select, insert, update, delete on one_time_link, sign_in_attempt to answerback_system;
--> statement-breakpoint
-- Who was set up or joined is written down in the transaction that does it, before there is a workspace to stand in. It still cannot be read there.
create policy of_system on audit for insert to answerback_system with check (true);
--> statement-breakpoint
grant insert on audit to answerback_system;
