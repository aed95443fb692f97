import { randomUUID } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { platformById } from '@answerback/platforms/registry'
import type {} from '../../test/postgres-setup.ts'
import { abilitiesOf } from '../access/abilities.ts'
import { lowerWalls } from '../backup/read-backup.ts'
import { knownMigrations, migrate } from './migrate.ts'

const { owner, rolePassword } = inject('postgres')
const rolePasswords = rolePassword === null ? [] : [rolePassword]
const database = `answerback_migrations_${randomUUID().replaceAll('-', '')}`
const ours: ClientConfig = { ...owner, database }

beforeAll(() => on(owner, (client) => client.query(`create database ${database}`)))
afterAll(() => on(owner, (client) => client.query(`drop database ${database} with (force)`)))

async function on<T>(config: ClientConfig, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config)
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

/** Runs with the walls lowered, and raises them again. */
const within = <T>(run: (client: Client) => Promise<T>) =>
  on(ours, async (client) => {
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
    const { rows: walls } = await on(ours, (client) =>
      client.query(`select relforcerowsecurity as forced from pg_class where oid = 'channel'::regclass`),
    )
    expect(walls).toEqual([{ forced: true }])
  },
)
