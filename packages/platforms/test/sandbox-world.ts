import { startSandbox } from '@answerback/sandbox/sandbox'
import { speak } from '@answerback/sandbox/world/speak'
import type { World } from '../src/conformance/world.ts'
import type { Io, Platform } from '../src/platform.ts'

type SandboxPlatform = 'facebook' | 'bluesky' | 'mastodon'

/** Which calls a fault on writes or reads meets; the small reads around a write are left alone. */
const paths: Record<SandboxPlatform, { write: { method: string; path: string }; read: { method: string; path: string } }> = {
  facebook: { write: { method: 'POST', path: '/comments' }, read: { method: 'GET', path: '/v' } },
  bluesky: { write: { method: 'POST', path: 'putRecord' }, read: { method: 'GET', path: 'xrpc' } },
  mastodon: { write: { method: 'POST', path: '/statuses$' }, read: { method: 'GET', path: '/api/' } },
}

/** A sandbox of its own with the brand connected on one platform. */
export async function openSandboxWorld(platform: Platform): Promise<World> {
  const id = platform.id as SandboxPlatform
  const sandbox = await startSandbox({ port: 0, brand: 'empty' })
  const { world, faults, secrets, urls } = sandbox
  const settings: Record<SandboxPlatform, Record<string, string>> = {
    facebook: { pageId: secrets.facebook.pageId, pageAccessToken: secrets.facebook.pageAccessToken, apiUrl: urls.facebook },
    bluesky: { service: urls.bluesky, identifier: secrets.bluesky.identifier, appPassword: secrets.bluesky.appPassword },
    mastodon: { url: urls.mastodon, accessToken: secrets.mastodon.accessToken },
  }
  const now = (): Date => new Date()
  const connected = await platform.connect.open({ fetch, now }, settings[id])
  let saved = 0
  const { account } = connected
  const io: Io = {
    fetch,
    now,
    settings: connected.settings,
    credentials: connected.credentials,
    save: async (credentials) => {
      saved += 1
      io.credentials = credentials
    },
    self: {
      accountId: account.externalId,
      handle: account.handle,
      ownedIds: [account.externalId],
      host: new URL(sandbox.url).host,
    },
  }
  const say = (name: string, text: string, parentId: string | null, mention?: boolean): string =>
    speak(world, { platform: id, author: { name }, text, parentId, mention }).id
  const itemOf = (itemId: string): NonNullable<ReturnType<typeof world.find>> => {
    const item = world.find(id, itemId)
    if (!item) throw new Error(`the sandbox has no ${itemId}`)
    return item
  }
  return {
    io,
    saved: () => saved,
    post: (text) => speak(world, { platform: id, author: 'brand', text }).id,
    comment: (name, text, parentId) => say(name, text, parentId),
    mention: (name, text) => say(name, id === 'facebook' ? text : `@${world.brand(id).handle} ${text}`, null, true),
    answer: (text, parentId) => speak(world, { platform: id, author: 'brand', text, parentId }).id,
    edit: (itemId, text) => void world.edit(itemOf(itemId), text),
    remove: (itemId) => world.remove(itemOf(itemId)),
    repliesSaying: (words) => {
      const brandId = world.brand(id).id
      return [...world.items[id].values()]
        .filter((item) => item.authorId === brandId && item.parentId !== null && item.deletedAt === null && item.text.includes(words))
        .map((item) => item.id)
    },
    parentOf: (itemId) => itemOf(itemId).parentId,
    isLiked: (itemId) => itemOf(itemId).likes.has(world.brand(id).id),
    fault: (kind, on, times) => void faults.add({ platform: id, match: { ...paths[id][on], times }, fault: { kind } }),
    breakToken: (state) => faults.setToken(id, state, now()),
    shortPages: () => faults.setQuirks({ shortPages: true }),
    loseNotifications: () => faults.setQuirks({ lostNotifications: 1 }),
    close: () => sandbox.close(),
  }
}
