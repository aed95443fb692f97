import { pino } from 'pino'
import { sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Fact } from '@answerback/core/facts'
import { mastodon } from '@answerback/platforms/mastodon/adapter'
import type { Platform } from '@answerback/platforms/platform'
import type { Context } from '../src/context.ts'
import { connect } from '../src/db/connection.ts'
import { schema as t } from '../src/db/schema.ts'
import { readEnv } from '../src/env.ts'
import { ingestDeliveries } from '../src/ingest/ingest.ts'
import { makeWorkspace } from '../src/access/workspaces.ts'
import { freshDatabase } from './postgres.ts'

/** What a delivery says, and when and how it came: `page` shows the present, `webhook` tells of the past. */
export type Telling = { kind: 'webhook' | 'page'; receivedAt: Date; facts: Fact[] }

export type Place = {
  workspaceId: string
  channelId: string
  tell(tellings: Telling[]): Promise<string[]>
  ingest(ids: string[]): Promise<void>
}

/**
 * A platform whose deliveries are the facts themselves, for tests of what is made of facts: no network, no sandbox. On `takes` a removed comment takes its
 * replies along, on `keeps` they stay.
 */
export const takes: Platform = aPlatform('takes', true)
export const keeps: Platform = aPlatform('keeps', false)

export const now = new Date('2026-03-01T12:00:00.000Z')

/** A database with these platforms, and as many workspaces in it as a test wants. */
export async function openTelling() {
  const database = await freshDatabase()
  const ctx: Context = {
    env: readEnv({ DATABASE_URL: 'postgres://given-below' }),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    db: connect(database.app, database.system, () => {}),
    now: () => now,
    platforms: [takes, keeps],
    secrets: { keyId: '00000001', key: Buffer.alloc(32, 7).toString('base64'), session: 's'.repeat(64), sandboxSeed: '1' },
    publish: () => {},
    queue: { add: async () => {}, work: async () => {}, depth: async () => ({ ingest: 0, send: 0 }), close: async () => {} },
    fetch: () => Promise.reject(new Error('no network here')),
  }
  const appId = uuidv7()
  for (const { id } of ctx.platforms)
    await ctx.db.system
      .insert(t.platformApp)
      .values({ id: id === 'takes' ? appId : uuidv7(), platform: id, settings: { appId: 'app' }, secrets: Buffer.alloc(0), createdAt: now })
  const apps = new Map((await ctx.db.system.select().from(t.platformApp)).map((row) => [row.platform, row.id]))

  return {
    ctx,
    /** A fresh workspace with one channel of `platform`; its account is `us`. */
    async place(platform: Platform = keeps, connectedAt = new Date(0)): Promise<Place> {
      const workspaceId = await makeWorkspace(ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon', targetSeconds: 7_200 })
      const channelId = uuidv7()
      await ctx.db.system.insert(t.channel).values({
        id: channelId,
        workspaceId,
        platform: platform.id,
        externalId: `us-${workspaceId}`,
        handle: 'us',
        name: 'Us',
        apiUrl: 'https://platform.example',
        appId: apps.get(platform.id)!,
        settings: {},
        credentials: Buffer.alloc(0),
        connectedAt,
      })
      return {
        workspaceId,
        channelId,
        async tell(tellings) {
          const rows = tellings.map(({ kind, receivedAt, facts }) => ({
            id: uuidv7(),
            platform: platform.id,
            appId: kind === 'webhook' ? apps.get(platform.id)! : null,
            channelId: kind === 'webhook' ? null : channelId,
            kind,
            request: {},
            body: Buffer.from(JSON.stringify({ account: `us-${workspaceId}`, facts })),
            receivedAt,
            dueAt: receivedAt,
          }))
          await ctx.db.system.insert(t.delivery).values(rows)
          return rows.map((row) => row.id)
        },
        ingest: (ids) => ingestDeliveries(ctx, ids),
      }
    },
    async close() {
      await ctx.db.close()
      await database.drop()
    },
  }
}

function aPlatform(id: string, removalTakesReplies: boolean): Platform {
  return {
    ...mastodon,
    id,
    can: { ...mastodon.can, webhook: true, removalTakesReplies },
    webhook: {
      verify: () => false,
      challenge: () => null,
      sample: () => ({ headers: {}, body: '' }),
      entries: (body) => [{ index: 0, accountExternalId: (JSON.parse(body) as { account: string }).account, body }],
    },
    normalize: ({ body }) => ({ facts: (JSON.parse(body) as { facts: Fact[] }).facts, unknown: [], ignored: 0 }),
  }
}

/** All that a workspace holds of what platforms told, without any id of ours and in an order of its own: two workspaces that were told the same are equal. */
export async function everythingOf(ctx: Context, workspaceId: string) {
  return ctx.db.inWorkspace(workspaceId, async (tx) => {
    const rows = async (query: ReturnType<typeof sql>) => (await tx.execute<Record<string, unknown>>(query)).rows
    return {
      posts: await rows(
        sql`select external_id, ours, text, url, media, ref, platform_at, received_at, seen_at, removed_at is null as there from post order by external_id collate "C"`,
      ),
      contacts: await rows(
        sql`select external_id, handle, name, avatar_url from contact k where exists (select from message m where m.contact_id = k.id) order by external_id collate "C"`,
      ),
      conversations: await rows(sql`
        select c.root_external_id, c.platform, p.external_id as post, c.on_our_post, c.kind, c.private, c.state, c.waiting_since, c.due_at, c.open_turns, c.acknowledged,
          c.found_late, c.changed_since_answered, k.external_id as contact, w.external_id as waiting, l.external_id as last, c.last_activity_at, c.ended_at, c.ended_ms,
          c.ended_source, c.ended_reason, c.snoozed_until, c.assignee_id
        from conversation c left join post p on p.id = c.post_id left join contact k on k.id = c.contact_id
          left join message w on w.id = c.waiting_message_id left join message l on l.id = c.last_message_id
        order by c.root_external_id collate "C"`),
      messages: await rows(sql`
        select to_jsonb(m) - array['id', 'workspace_id', 'conversation_id', 'channel_id', 'contact_id', 'recorded_at'] as message, c.root_external_id as root,
          k.external_id as contact, (select count(*) from sighting s where s.message_id = m.id) as sightings
        from message m join conversation c on c.id = m.conversation_id join contact k on k.id = m.contact_id order by m.external_id collate "C"`),
      turns: await rows(sql`
        select c.root_external_id as root, k.external_id as contact, t.id like '%:after:%' as by_edit,
          (select array_agg(m.external_id order by o) from unnest(t.message_ids) with ordinality u(id, o) join message m on m.id = u.id) as messages,
          t.start_at, t.state, t.end_at, e.external_id as ended_by, t.source, t.assumed, t.closed_class, t.acknowledged, t.found_late, t.changed_since_answered,
          t.clocks_disagree, t.first
        from turn t join conversation c on c.id = t.conversation_id join contact k on k.id = t.contact_id left join message e on e.id = t.ended_by
        order by c.root_external_id collate "C", t.start_at, (select min(m.external_id collate "C") from message m where m.id = t.message_ids[1]), t.id like '%:after:%', k.external_id collate "C"`),
    }
  })
}

/** What may never be, whatever was told: each a list of offenders, empty when all is well. */
export async function brokenIn(ctx: Context, workspaceId: string): Promise<Record<string, unknown[]>> {
  return ctx.db.inWorkspace(workspaceId, async (tx) => {
    const rows = async (query: ReturnType<typeof sql>) => (await tx.execute(query)).rows
    const nobody = sql`'00000000-0000-0000-0000-000000000000'::uuid`
    return {
      'redirects that lead nowhere': await rows(
        sql`select from_id from conversation_redirect r where not exists (select from conversation c where c.id = r.into_id)`,
      ),
      'conversations that also redirect': await rows(
        sql`select id from conversation c where exists (select from conversation_redirect r where r.from_id = c.id)`,
      ),
      'conversations without a message': await rows(
        sql`select root_external_id from conversation c where not exists (select from message m where m.conversation_id = c.id)`,
      ),
      'what belongs to no conversation': await rows(sql`
        select conversation_id from (select conversation_id from message union all select conversation_id from turn union all select conversation_id from closing union all select conversation_id from reply) x
        where not exists (select from conversation c where c.id = x.conversation_id)`),
      'replies apart from their parent': await rows(
        sql`select m.external_id from message m join message p on p.external_id = m.parent_external_id where p.conversation_id <> m.conversation_id`,
      ),
      'sightings of nothing': await rows(
        sql`select message_id from sighting s where not exists (select from message m where m.id = s.message_id)`,
      ),
      'counters that are wrong': await rows(sql`
        select * from (select workspace_id, state, channel_id, coalesce(assignee_id, ${nobody}) as assignee_id, reply_failed, count(*) as count from conversation group by 1, 2, 3, 4, 5) r
        full join (select * from conversation_count where count <> 0) k using (workspace_id, state, channel_id, assignee_id, reply_failed)
        where r.count is distinct from k.count`),
      'rows against their turns': await rows(sql`
        select c.root_external_id from conversation c left join lateral (select min(start_at) as since, count(*) as open from turn where conversation_id = c.id and state = 'open') t on true
        where c.waiting_since is distinct from t.since or c.open_turns <> t.open`),
    }
  })
}
