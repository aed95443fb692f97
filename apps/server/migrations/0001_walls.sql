-- Walls between workspaces, and who may pass which. The roles themselves are made by the migration runner (db/migrate.ts).
-- answerback_app: sees one workspace, the one set for the transaction. answerback_system: narrow grants for what has no workspace yet.

create function current_workspace() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.workspace', true), '')::uuid $$;
--> statement-breakpoint
do $$
declare t text;
begin
  -- Every table with a workspace, by its column: a table that is added later and forgotten here fails the walls test.
  for t in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'workspace_id' and not a.attisdropped
      and c.relname not in ('poll', 'api_key')
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy of_workspace on %I to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())', t);
    execute format('grant select, insert, update, delete on %I to answerback_app', t);
  end loop;
end $$;
--> statement-breakpoint
alter table workspace enable row level security;
--> statement-breakpoint
alter table workspace force row level security;
--> statement-breakpoint
create policy of_workspace on workspace to answerback_app using (id = current_workspace()) with check (id = current_workspace());
--> statement-breakpoint
grant select, update on workspace to answerback_app;
--> statement-breakpoint
revoke update, delete on audit from answerback_app;
--> statement-breakpoint

-- What the system role does outside any workspace: sign-in, keys, deliveries, poll claims, sweeps.
grant select, insert, update, delete on "user", session, account, verification, api_key, delivery, poll, platform_app to answerback_system;
--> statement-breakpoint
grant select, insert, update on workspace, member, channel to answerback_system;
--> statement-breakpoint
grant select, insert on workspace_seq to answerback_system;
--> statement-breakpoint
grant select (id, workspace_id, state, due_at) on reply to answerback_system;
--> statement-breakpoint
grant select (id, workspace_id, state, snoozed_until) on conversation to answerback_system;
--> statement-breakpoint
grant select (workspace_id, created_at), delete on change, idempotency_key to answerback_system;
--> statement-breakpoint
do $$
declare t text;
begin
  foreach t in array array['workspace', 'member', 'channel', 'workspace_seq', 'reply', 'conversation', 'change', 'idempotency_key'] loop
    execute format('create policy of_system on %I to answerback_system using (true) with check (true)', t);
  end loop;
end $$;
--> statement-breakpoint

-- The sidebar's numbers, kept in the transaction that changes them. Transactions of one workspace are serialised by its change log, so rows are not fought over.
create function count_conversation() returns trigger language plpgsql as $$
declare nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  if tg_op = 'UPDATE' and old.state = new.state and old.channel_id = new.channel_id
     and old.assignee_id is not distinct from new.assignee_id and old.reply_failed = new.reply_failed then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    update conversation_count set count = count - 1 where workspace_id = old.workspace_id and state = old.state
      and channel_id = old.channel_id and assignee_id = coalesce(old.assignee_id, nobody) and reply_failed = old.reply_failed;
  end if;
  if tg_op <> 'DELETE' then
    insert into conversation_count (workspace_id, state, channel_id, assignee_id, reply_failed, count)
    values (new.workspace_id, new.state, new.channel_id, coalesce(new.assignee_id, nobody), new.reply_failed, 1)
    on conflict (workspace_id, state, channel_id, assignee_id, reply_failed) do update set count = conversation_count.count + 1;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger count_conversation after insert or update or delete on conversation for each row execute function count_conversation();
