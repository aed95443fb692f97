import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Bluesky } from '../bluesky/routes.ts'
import type { Facebook } from '../facebook/writes.ts'
import type { OauthApp, OauthToken } from '../mastodon/oauth.ts'
import type { Mastodon } from '../mastodon/routes.ts'
import type { Account, Item } from './item.ts'
import { platformIds } from './item.ts'

/** The three platforms of one sandbox; they share one world. */
export type Services = { facebook: Facebook; bluesky: Bluesky; mastodon: Mastodon }

type SavedItem = Omit<Item, 'likes'> & { likes: [string, number][] }
type State = {
  pageId: string
  serial: number
  accounts: Account[]
  items: SavedItem[]
  privateReplies: [string, string][]
  webhookFields: string[]
  blueskyRecords: ReturnType<Bluesky['records']['all']>
  blueskyNotices: ReturnType<Bluesky['notifications']['all']>
  mastodonNotices: ReturnType<Mastodon['notifications']['all']>
  mastodonKeys: [string, { id: string; at: number }][]
  /** Absent in a state of an older version. */
  mastodonApps?: OauthApp[]
  mastodonTokens?: OauthToken[]
}

/** Writes the whole state to a file, in one step, so that a restart goes on where it stopped. */
export function saveState(path: string, { facebook, bluesky, mastodon }: Services): void {
  const { world } = facebook
  const items = platformIds.flatMap((platform) => [...world.items[platform].values()])
  const state: State = {
    pageId: facebook.secrets.facebook.pageId,
    serial: world.nextSerial(),
    accounts: platformIds.flatMap((platform) => [...world.accounts[platform].values()]),
    items: items.map((item) => ({ ...item, likes: [...item.likes] })),
    privateReplies: [...facebook.privateReplies],
    webhookFields: facebook.webhooks.fields,
    blueskyRecords: bluesky.records.all(),
    blueskyNotices: bluesky.notifications.all(),
    mastodonNotices: mastodon.notifications.all(),
    mastodonKeys: [...mastodon.keys],
    mastodonApps: [...mastodon.apps.values()],
    mastodonTokens: [...mastodon.tokens.values()],
  }
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Takes the state up again. Answers false, and changes nothing, if there is none or it is another brand's. */
export function loadState(path: string, services: Services): boolean {
  const state = readState(path)
  const { facebook, bluesky, mastodon } = services
  if (!state || state.pageId !== facebook.secrets.facebook.pageId) return false
  const { world } = facebook
  world.clear()
  for (const account of state.accounts) world.addAccount(account)
  world.restore(
    state.items.map((item) => ({ ...item, likes: new Map(item.likes) })),
    state.serial,
  )
  for (const [id, text] of state.privateReplies) facebook.privateReplies.set(id, text)
  facebook.webhooks.fields = state.webhookFields
  for (const record of state.blueskyRecords) bluesky.records.put(record)
  bluesky.notifications.restore(state.blueskyNotices)
  mastodon.notifications.restore(state.mastodonNotices)
  for (const [key, kept] of state.mastodonKeys) mastodon.keys.set(key, kept)
  for (const app of state.mastodonApps ?? []) mastodon.apps.set(app.clientId, app)
  for (const token of state.mastodonTokens ?? []) mastodon.tokens.set(token.token, token)
  return true
}

function readState(path: string): State | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State
  } catch {
    return null
  }
}
