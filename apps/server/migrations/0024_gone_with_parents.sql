-- Where a platform takes replies along with what they stand under, those are gone too: conversations that nothing happened in since 0022 did not say so. The
-- owner is no superuser everywhere, so the walls are lowered, also those of the words, which a trigger drops.
alter table message no force row level security;
--> statement-breakpoint
alter table message_words no force row level security;
--> statement-breakpoint
with recursive taken as (
  select id, workspace_id, platform, conversation_id, external_id from message
  where (removed_at is not null or absent_at >= coalesce(seen_at, '-infinity'))
    and platform in ('app-store', 'facebook', 'google-business', 'google-play', 'instagram', 'stack-exchange', 'youtube')
  union
  select m.id, m.workspace_id, m.platform, m.conversation_id, m.external_id from taken
  join message m on m.workspace_id = taken.workspace_id and m.platform = taken.platform and m.parent_external_id = taken.external_id
    and m.conversation_id = taken.conversation_id
)
update message set gone = true where not gone and id in (select id from taken);
--> statement-breakpoint
alter table message force row level security;
--> statement-breakpoint
alter table message_words force row level security;
