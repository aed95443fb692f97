-- What is found by which words. The owner is no superuser everywhere, so its walls are lowered while it fills in what it knows.
alter table message no force row level security;
--> statement-breakpoint
alter table turn no force row level security;
--> statement-breakpoint
-- What is gone with its parent is told by turns that are withdrawn; the rest is derived when the conversation is.
update message set gone = true where removed_at is not null or absent_at >= coalesce(seen_at, '-infinity')
  or id in (select unnest(message_ids) from turn where state = 'withdrawn');
--> statement-breakpoint
insert into message_words (message_id, workspace_id, contact_id, platform_at, words)
  select id, workspace_id, contact_id, platform_at, '' from message where not gone;
--> statement-breakpoint
alter table message force row level security;
--> statement-breakpoint
alter table turn force row level security;
--> statement-breakpoint
alter table message_words enable row level security;
--> statement-breakpoint
alter table message_words force row level security;
--> statement-breakpoint
create policy of_workspace on message_words to answerback_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update, delete on message_words to answerback_app;
--> statement-breakpoint
-- In which workspaces there is something to read, and nothing else.
create policy of_system on message_words for select to answerback_system using (true);
--> statement-breakpoint
grant select (workspace_id, stale) on message_words to answerback_system;
--> statement-breakpoint

create function keep_words() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    delete from message_words where message_id = old.id;
  elsif new.gone then
    delete from message_words where message_id = new.id;
  else
    insert into message_words (message_id, workspace_id, contact_id, platform_at, words)
    values (new.id, new.workspace_id, new.contact_id, new.platform_at, '')
    on conflict (message_id) do update set contact_id = excluded.contact_id, platform_at = excluded.platform_at, stale = true;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger keep_words after insert or delete on message for each row execute function keep_words();
--> statement-breakpoint
create trigger keep_words_changed after update of text, contact_id, platform_at, gone on message for each row
  when ((old.text, old.contact_id, old.platform_at, old.gone) is distinct from (new.text, new.contact_id, new.platform_at, new.gone))
  execute function keep_words();
--> statement-breakpoint
create function keep_words_of_contact() returns trigger language plpgsql as $$
begin
  update message_words set stale = true where contact_id = new.id;
  return null;
end $$;
--> statement-breakpoint
create trigger keep_words_of_contact after update of name, handle on contact for each row
  when ((old.name, old.handle) is distinct from (new.name, new.handle)) execute function keep_words_of_contact();
--> statement-breakpoint

-- Row-level security lets no index be asked by an operator that might leak what it sees, and @@ is none of those few. So these three look with their owner's eyes and
-- say themselves, in their first condition, whose rows they give: those of the workspace that is set for the transaction, as ids alone.
create policy of_search on message_words for select to current_user using (true);
--> statement-breakpoint
-- Rows with these words, in no order, `most` at most: the index of words alone decides, whose cost is that of what it finds.
create function search_probe(wanted text, most int) returns table (message_id uuid, platform_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off
  as $$
    select w.message_id, w.platform_at from public.message_words w
    where (w.workspace_id = public.current_workspace()) is true and w.words @@ wanted::tsquery limit most
  $$;
--> statement-breakpoint
-- Rows with these words, newest first, among the next `budget` from there on: for words that nearly everybody uses.
create function search_walk(wanted text, before_at timestamptz, before_id uuid, budget int, most int) returns table (message_id uuid, platform_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off
  as $$
    select w.message_id, w.platform_at from (
      select r.message_id, r.platform_at, r.words from public.message_words r
      where r.workspace_id = public.current_workspace() and (r.platform_at, r.message_id) < (before_at, before_id)
      order by r.platform_at desc, r.message_id desc limit budget) w
    where w.words @@ wanted::tsquery order by w.platform_at desc, w.message_id desc limit most
  $$;
--> statement-breakpoint
-- Where such a walk ends; no row where it comes to the very end.
create function search_walk_end(before_at timestamptz, before_id uuid, budget int) returns table (message_id uuid, platform_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off
  as $$
    select r.message_id, r.platform_at from public.message_words r
    where r.workspace_id = public.current_workspace() and (r.platform_at, r.message_id) < (before_at, before_id)
    order by r.platform_at desc, r.message_id desc offset budget - 1 limit 1
  $$;
--> statement-breakpoint
revoke all on function search_probe, search_walk, search_walk_end from public;
--> statement-breakpoint
grant execute on function search_probe, search_walk, search_walk_end to answerback_app;
