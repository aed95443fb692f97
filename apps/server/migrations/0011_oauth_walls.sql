-- Walls of what came with the migration before. Whoever comes back from a platform brings only a state: the system role finds it by its hash.
alter table oauth_state enable row level security;
--> statement-breakpoint
alter table oauth_state force row level security;
--> statement-breakpoint
create policy of_workspace on oauth_state to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update, delete on oauth_state to answerback_app;
--> statement-breakpoint
create policy of_system on oauth_state to answerback_system using (true) with check (true);
--> statement-breakpoint
grant select, insert, update, delete on oauth_state to answerback_system;
--> statement-breakpoint
-- Apps get an owner: the workspace whose channels alone they speak for, or the only one there is. What several share belongs to the installation.
alter table channel no force row level security;
--> statement-breakpoint
alter table workspace no force row level security;
--> statement-breakpoint
update platform_app a set workspace_id = coalesce(
  (select (array_agg(distinct c.workspace_id))[1] from channel c join platform_app b on b.id = c.app_id
   where b.platform = a.platform and b.settings->>'appId' = a.settings->>'appId' having count(distinct c.workspace_id) = 1),
  (select (array_agg(w.id))[1] from workspace w having count(*) = 1));
--> statement-breakpoint
alter table channel force row level security;
--> statement-breakpoint
alter table workspace force row level security;
