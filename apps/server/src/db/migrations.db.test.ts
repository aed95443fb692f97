import { randomUUID } from 'node:crypto'
import type { Client, ClientConfig } from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { platformById } from '@answerback/platforms/registry'
import { onDatabase } from '../../test/postgres.ts'
import { abilitiesOf } from '../access/abilities.ts'
import { lowerWalls } from '../backup/read-backup.ts'
import { knownMigrations, migrate } from './migrate.ts'

const { owner, rolePassword } = inject('postgres')
const rolePasswords = rolePassword === null ? [] : [rolePassword]
let database: string
let ours: ClientConfig

beforeEach(async () => {
  database = `answerback_migrations_${randomUUID().replaceAll('-', '')}`
  ours = { ...owner, database }
  await onDatabase(owner, (client) => client.query(`create database ${database}`))
})
afterEach(() => onDatabase(owner, (client) => client.query(`drop database ${database} with (force)`)))

/** Runs with the walls lowered, and raises them again. */
const within = <T>(run: (client: Client) => Promise<T>) =>
  onDatabase(ours, async (client) => {
    await client.query('begin')
    const walled = await lowerWalls(client)
    const result = await run(client)
    for (const name of walled) await client.query(`alter table ${client.escapeIdentifier(name)} force row level security`)
    await client.query('commit')
    return result
  })

/** Channels as an earlier version kept them, by what they are called: platform and settings before, what they may not do after. */
const channels: Record<string, [platform: string, settings: Record<string, string>, cannot: string | undefined]> = {
  plain: ['google-business', { location: 'accounts/1/locations/2' }, 'webhook'],
  unverified: [
    'google-business',
    { location: 'accounts/1/locations/3', cannot: 'reply editReply remove' },
    'reply editReply remove webhook',
  ],
  told: ['google-business', { location: 'accounts/1/locations/4', cannot: 'webhook' }, 'webhook'],
  withTopic: ['google-business', { topic: 'projects/p/topics/reviews', cannot: 'reply' }, 'reply'],
  other: ['facebook', { pageId: '1' }, undefined],
}

test(
  'accounts for Google reviews that were connected without a topic show no webhooks, and no others change',
  { timeout: 60_000 },
  async () => {
    await migrate(ours, { rolePasswords, upTo: (await knownMigrations()).indexOf('0023_google_reviews_without_topic') })
    await within(async (client) => {
      for (const [name, [platform, settings]] of Object.entries(channels))
        await client.query(
          `insert into channel (id, workspace_id, platform, external_id, handle, name, api_url, settings, credentials, connected_at)
         values ($1, $2, $3, $4, $4, $4, 'https://api.example', $5, '', now())`,
          [randomUUID(), randomUUID(), platform, name, settings],
        )
    })
    await migrate(ours, { rolePasswords })
    const rows = await within(
      async (client) =>
        (
          await client.query<{ name: string; platform: string; settings: Record<string, string> }>(
            'select name, platform, settings from channel',
          )
        ).rows,
    )
    expect(Object.fromEntries(rows.map(({ name, settings }) => [name, settings]))).toEqual(
      Object.fromEntries(
        Object.entries(channels).map(([name, [, settings, cannot]]) => [name, { ...settings, ...(cannot && { cannot }) }]),
      ),
    )
    const webhooks = rows.map(({ name, platform, settings }) => [name, abilitiesOf(platformById(platform)!, settings).webhook])
    expect(Object.fromEntries(webhooks)).toEqual({ plain: false, unverified: false, told: false, withTopic: true, other: true })
    const { rows: walls } = await onDatabase(ours, (client) =>
      client.query(`select relforcerowsecurity as forced from pg_class where oid = 'channel'::regclass`),
    )
    expect(walls).toEqual([{ forced: true }])
  },
)

/** Messages as an earlier version kept them, by their ids: where, what they stand under, and whether they were taken back, missing, or missing and seen again. */
const messages: Record<string, [platform: string, parent: string | null, what?: 'removed' | 'absent' | 'back']> = {
  root: ['facebook', null, 'removed'],
  reply: ['facebook', 'root'],
  deeper: ['facebook', 'reply'],
  missing: ['instagram', null, 'absent'],
  belowMissing: ['instagram', 'missing'],
  again: ['instagram', null, 'back'],
  belowAgain: ['instagram', 'again'],
  left: ['mastodon', null, 'removed'],
  stays: ['mastodon', 'left'],
  other: ['facebook', null],
}

test(
  'what went with its parent before there was a search is not found, where the platform takes replies along',
  { timeout: 60_000 },
  async () => {
    await migrate(ours, { rolePasswords, upTo: (await knownMigrations()).indexOf('0021_search') })
    const [workspaceId, someId] = [randomUUID(), randomUUID()]
    const conversations = new Map(Object.values(messages).map(([platform]) => [platform, randomUUID()]))
    await within(async (client) => {
      for (const [name, [platform, parent, what]] of Object.entries(messages))
        await client.query(
          `insert into message (id, workspace_id, conversation_id, channel_id, platform, external_id, kind, ours, automated, contact_id, parent_external_id, mentions_us, private,
           text, media, ref, version, version_first_at, version_last_at, platform_at, received_at, recorded_at, removed_at, absent_at, seen_at)
         values (gen_random_uuid(), $1, $2, $3, $4, $5, 'comment', false, false, $3, $6, false, false, 'a secret', '[]', '{}', 'a', now(), now(), now(), now(), now(), $7, $8, $9)`,
          [
            ...[workspaceId, conversations.get(platform), someId, platform, name, parent],
            ...[what === 'removed' ? '2026-01-01' : null, what === 'absent' || what === 'back' ? '2026-01-01' : null],
            what === 'back' ? '2026-01-02' : null,
          ],
        )
    })
    await migrate(ours, { rolePasswords })
    const { rows } = await within((client) =>
      client.query<{ name: string; gone: boolean; found: boolean }>(
        `select external_id as name, gone, w.message_id is not null as found from message m left join message_words w on w.message_id = m.id`,
      ),
    )
    const stand = ['again', 'belowAgain', 'other', 'stays']
    expect(Object.fromEntries(rows.map(({ name, gone, found }) => [name, { gone, found }]))).toEqual(
      Object.fromEntries(Object.keys(messages).map((name) => [name, { gone: !stand.includes(name), found: stand.includes(name) }])),
    )
    const { rows: walls } = await onDatabase(ours, (client) =>
      client.query(`select relforcerowsecurity as forced from pg_class where oid in ('message'::regclass, 'message_words'::regclass)`),
    )
    expect(walls).toEqual([{ forced: true }, { forced: true }])
  },
)
