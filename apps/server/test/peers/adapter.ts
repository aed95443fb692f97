import type { Fact } from '@answerback/core/facts'
import type { Io, Platform, PollResult, ReplyInput } from '@answerback/platforms/platform'

/** An adapter with an account connected, without the rest of the product: what it makes of a peer, call by call. */
export type Connected = {
  io: Io
  /** Polls once more, where the last time ended. */
  poll(more?: { posts?: string[]; open?: string[] }): Promise<PollResult>
  /** Facts of everything polled since the last time. */
  facts(more?: { posts?: string[]; open?: string[] }): Promise<Fact[]>
  input(target: { id: string; post?: string; ref?: Record<string, string> }, text: string, key?: string): ReplyInput
}

export async function connectAdapter(platform: Platform, settings: Record<string, string>): Promise<Connected> {
  const connected = await platform.connect.open({ fetch, now: () => new Date() }, { apiUrl: settings.apiUrl ?? '', ...settings })
  const io: Io = {
    fetch,
    now: () => new Date(),
    settings: { ...(settings.apiUrl && { apiUrl: settings.apiUrl }), ...connected.settings },
    credentials: connected.credentials,
    save: async (credentials) => void (io.credentials = credentials),
    self: {
      accountId: connected.account.externalId,
      handle: connected.account.handle,
      ownedIds: [connected.account.externalId],
      host: '',
      settings: connected.settings,
    },
  }
  let cursor: unknown = null
  const poll: Connected['poll'] = async ({ posts = [], open = [] } = {}) => {
    const ids = (list: string[]) => list.map((externalId) => ({ externalId, ref: {} }))
    const result = await platform.poll!(io, {
      cursor,
      posts: ids(posts).map((each) => ({ ...each, whole: true as const })),
      open: ids(open),
    })
    cursor = result.cursor
    return result
  }
  let keys = 0
  return {
    io,
    poll,
    async facts(more) {
      const { pages } = await poll(more)
      return pages.flatMap(({ kind, request, body }) => {
        const { facts, unknown } = platform.normalize({ kind, request, body, receivedAt: new Date().toISOString() } as never, io.self)
        if (unknown.length > 0) throw new Error(`${kind}: ${JSON.stringify(unknown)}`)
        return facts
      })
    },
    input: ({ id, post, ref = {} }, text, key = `key-${(keys += 1)}-${Date.now()}`) => ({
      target: { externalId: id, postExternalId: post ?? null, ref } as ReplyInput['target'],
      text,
      key,
      createdAt: new Date().toISOString(),
    }),
  }
}
