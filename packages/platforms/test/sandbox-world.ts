import { dialectOf } from '@answerback/sandbox/registry'
import { startSandbox } from '@answerback/sandbox/sandbox'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { speak } from '@answerback/sandbox/world/speak'
import type { World } from '../src/conformance/world.ts'
import type { Io, Platform, RawDelivery } from '../src/platform.ts'
import { openSocket } from './sockets.ts'

/** A sandbox of its own with the brand connected on one platform, by the settings that its dialect announces. */
export async function openSandboxWorld(platform: Platform): Promise<World> {
  const id = platform.id as PlatformId
  const dialect = dialectOf(id)
  let passedMs = 0
  const now = (): Date => new Date(Date.now() + passedMs)
  const sandbox = await startSandbox({ port: 0, brand: 'empty', only: [id], now })
  const { world, faults } = sandbox
  const { settings } = sandbox.platforms.find((each) => each.id === id)!
  const connected = await platform.connect.open({ fetch, now }, settings)
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
      settings: connected.settings,
    },
  }
  const say = (name: string, text: string, parentId: string | null, mention?: boolean): string =>
    speak(world, { platform: id, author: { name }, text, parentId, mention }).id
  const itemOf = (itemId: string): NonNullable<ReturnType<typeof world.find>> => {
    const item = world.find(id, itemId)
    if (!item) throw new Error(`the sandbox has no ${itemId}`)
    return item
  }
  const pushed: RawDelivery[] = []
  world.listen((happening) => {
    if (happening.item.platform === id)
      pushed.push(...deliveriesOf(platform, sandbox.webhooks.of(id).requestsFor(happening, 'secret'), now()))
  })
  return {
    io,
    saved: () => saved,
    cannot: connected.cannot ?? [],
    pass: (ms) => void (passedMs += ms),
    post: (text) => speak(world, { platform: id, author: 'brand', text }).id,
    comment: (name, text, parentId) => say(name, text, parentId),
    ...(dialect.kinds.includes('review') && {
      review: (name: string, text: string, rating: number) => speak(world, { platform: id, author: { name }, text, rating }).id,
    }),
    mention: (name, text) => say(name, text, null, true),
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
    isHidden: (itemId) => itemOf(itemId).hidden,
    textOf: (itemId) => world.find(id, itemId)?.text ?? null,
    toldPrivately: (itemId) => [
      ...itemOf(itemId).toldPrivately,
      ...world.replies(itemOf(itemId)).flatMap((item) => (world.author(item).isBrand && item.visibility === 'direct' ? [item.text] : [])),
    ],
    mediaOf: (itemId) => world.mediaOf(itemOf(itemId)).map(({ file, alt }) => ({ type: file.type, alt, bytes: file.bytes })),
    countBelow: (postId) => world.descendants(itemOf(postId)).length,
    pushed: () => pushed.splice(0),
    uploads: dialect.calls.upload !== undefined,
    fault: (kind, on, times) =>
      void faults.add({ platform: id, match: { ...dialect.calls[on], times }, fault: kind === 'too_large' ? tooLarge : { kind } }),
    calm: () => faults.remove(),
    breakToken: (state) => faults.setToken(id, state, now()),
    shortPages: () => faults.setQuirks({ shortPages: true }),
    loseNotifications: () => faults.setQuirks({ lostNotifications: 1 }),
    openSocket,
    dropSockets: () => sandbox.dropSockets(id),
    close: () => sandbox.close(),
  }
}

/** What a proxy says of a body that it does not let through. */
const tooLarge = {
  kind: 'answer' as const,
  status: 413,
  headers: { 'content-type': 'text/html' },
  body: '<h1>413 Request Entity Too Large</h1>',
}

/** What the server would have stored of webhooks: an entry each, with the headers that the adapter keeps. */
function deliveriesOf(platform: Platform, requests: { headers: Record<string, string>; body: string }[], at: Date): RawDelivery[] {
  const { webhook } = platform
  if (!webhook) return []
  return requests.flatMap(({ headers, body }) => {
    const request = Object.fromEntries((webhook.keeps ?? []).flatMap((name) => (name in headers ? [[name, headers[name]!]] : [])))
    return webhook.entries(body, request).map((entry) => ({ kind: 'webhook', request, body: entry.body, receivedAt: at.toISOString() }))
  })
}
