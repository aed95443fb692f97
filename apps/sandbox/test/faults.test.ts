import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Fault } from '../src/faults/fault.ts'
import type { PlatformId } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
beforeEach(async () => (sandbox = await startSandbox({ port: 0 })))
afterEach(() => sandbox.close())

const platforms: PlatformId[] = ['facebook', 'bluesky', 'mastodon']

/** Sends the brand's reply on one platform: the answer, or the failure of the connection. */
async function reply(platform: PlatformId, options: { key?: string; signal?: AbortSignal } = {}) {
  const { facebook, mastodon } = sandbox.secrets
  const post = sandbox.world.posts(platform, true)[0]
  const base = sandbox.urls[platform]
  const { key = '3m6abcd2efg2h', signal } = options
  const json = (path: string, token: string, body: unknown, headers = {}) =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    })
  if (platform === 'facebook') return json(`/v25.0/${post?.id}/comments`, facebook.pageAccessToken, { message: 'Hello' })
  if (platform === 'mastodon')
    return json('/api/v1/statuses', mastodon.accessToken, { status: 'Hello', in_reply_to_id: post?.id }, { 'Idempotency-Key': key })
  const ref = { uri: post?.id, cid: post?.cid }
  const record = { text: 'Hello', createdAt: new Date().toISOString(), reply: { root: ref, parent: ref } }
  const body = { repo: sandbox.secrets.bluesky.did, collection: 'app.bsky.feed.post', rkey: key, record }
  return json('/xrpc/com.atproto.repo.putRecord', await accessJwt(), body)
}

async function accessJwt(): Promise<string> {
  const { identifier, appPassword: password } = sandbox.secrets.bluesky
  const answer = await fetch(`${sandbox.urls.bluesky}/xrpc/com.atproto.server.createSession`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password }),
  })
  return ((await answer.json()) as { accessJwt: string }).accessJwt
}

function landed(platform: PlatformId): number {
  const post = sandbox.world.posts(platform, true)[0]
  return post ? sandbox.world.replies(post).length : -1
}

function onWrites(platform: PlatformId, fault: Fault): void {
  const path = 'comments$|statuses$|putRecord$'
  sandbox.faults.add({ platform, match: { method: 'POST', path, times: 1 }, fault })
}

test.each(platforms)('%s: a refused write is not done, and the next call is fine', async (platform) => {
  const statuses = { rate_limited: platform === 'facebook' ? 400 : 429, server_error: 500, unavailable: 503 }
  for (const kind of ['rate_limited', 'server_error', 'unavailable'] as const) {
    onWrites(platform, { kind })
    expect((await reply(platform)).status).toBe(statuses[kind])
    expect(landed(platform)).toBe(0)
  }
  expect((await reply(platform)).status).toBe(200)
  expect(landed(platform)).toBe(1)
})

test.each(platforms)('%s: accepted writes whose answer is lost are in the ledger', async (platform) => {
  const kinds = ['accept_then_reset', 'accept_then_500', 'accept_then_400'] as const
  for (const [n, kind] of kinds.entries()) {
    onWrites(platform, { kind })
    const answer = await reply(platform, { key: `3m6abcd2efg2${n + 2}` }).catch(() => null)
    expect(answer?.status).toBe({ accept_then_reset: undefined, accept_then_500: 500, accept_then_400: 400 }[kind])
    expect(landed(platform)).toBe(n + 1)
  }
  expect(sandbox.world.journal.ledger.filter((entry) => entry.platform === platform)).toHaveLength(3)
})

test.each(platforms)('%s: a hanging call gives no answer; accept_then_hang has done the write', async (platform) => {
  for (const [kind, count] of [
    ['hang', 0],
    ['accept_then_hang', 1],
  ] as const) {
    onWrites(platform, { kind })
    await expect(reply(platform, { signal: AbortSignal.timeout(150) })).rejects.toThrow()
    expect(landed(platform)).toBe(count)
  }
})

test('close() lets hanging calls go', async () => {
  sandbox.faults.add({ platform: 'mastodon', fault: { kind: 'hang' } })
  const call = fetch(`${sandbox.urls.mastodon}/api/v2/instance`).then(
    () => 'answered',
    () => 'let go',
  )
  while (sandbox.faults.list()[0]?.met !== 1) await new Promise((resolve) => setImmediate(resolve))
  await sandbox.close()
  expect(await call).toBe('let go')
})

test('429 carries each platform’s own headers, and Retry-After unless told not to', async () => {
  onWrites('mastodon', { kind: 'rate_limited', retryAfterSeconds: 7 })
  const mastodon = (await reply('mastodon')).headers
  expect(mastodon.get('retry-after')).toBe('7')
  expect(Date.parse(mastodon.get('x-ratelimit-reset') ?? '')).toBeGreaterThan(Date.now())
  onWrites('bluesky', { kind: 'rate_limited', retryAfterSeconds: 7, withoutRetryAfter: true })
  const bluesky = (await reply('bluesky')).headers
  expect(bluesky.get('retry-after')).toBeNull()
  expect(Number(bluesky.get('ratelimit-reset')) * 1000).toBeGreaterThan(Date.now())
  onWrites('facebook', { kind: 'rate_limited', retryAfterSeconds: 600 })
  const usage = (await reply('facebook')).headers.get('x-business-use-case-usage') ?? '{}'
  expect(JSON.parse(usage)[sandbox.secrets.facebook.pageId][0].estimated_time_to_regain_access).toBe(10)
})

test('bad JSON and HTML lie about their content type', async () => {
  for (const kind of ['bad_json', 'html'] as const) {
    sandbox.faults.add({ platform: 'mastodon', match: { times: 1 }, fault: { kind } })
    const answer = await fetch(`${sandbox.urls.mastodon}/api/v2/instance`)
    expect(answer.headers.get('content-type')).toContain('application/json')
    await expect(answer.json()).rejects.toThrow(SyntaxError)
  }
})

test('rules skip, count and end', async () => {
  sandbox.faults.add({ platform: 'mastodon', match: { path: '^/api/v2/instance', after: 1, times: 2 }, fault: { kind: 'unavailable' } })
  const statuses = []
  for (let i = 0; i < 5; i += 1) statuses.push((await fetch(`${sandbox.urls.mastodon}/api/v2/instance`)).status)
  expect(statuses).toEqual([200, 503, 503, 200, 200])
})

test('the same Bluesky rkey twice: createRecord answers 500, putRecord keeps one', async () => {
  const [first, second] = await Promise.all([reply('bluesky'), reply('bluesky')])
  expect([first.status, second.status]).toEqual([200, 200])
  expect(landed('bluesky')).toBe(1)
  const token = await accessJwt()
  const record = { text: 'Again', createdAt: new Date().toISOString() }
  const body = { repo: sandbox.secrets.bluesky.did, collection: 'app.bsky.feed.post', rkey: '3m6abcd2efg2h', record }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const url = `${sandbox.urls.bluesky}/xrpc/com.atproto.repo.createRecord`
  expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status).toBe(500)
})

test('a skewed clock shows in what the platform says', async () => {
  sandbox.world.skewMs.mastodon = -600_000
  const status = (await (await reply('mastodon')).json()) as { created_at: string }
  expect(Date.now() - Date.parse(status.created_at)).toBeGreaterThan(590_000)
})

test('Mastodon forgets idempotency keys when told so', async () => {
  await reply('mastodon')
  await reply('mastodon')
  expect(landed('mastodon')).toBe(1)
  sandbox.faults.setQuirks({ ignoreIdempotencyKeys: true })
  await reply('mastodon')
  expect(landed('mastodon')).toBe(2)
})

test('short pages carry a cursor, and lead to the end all the same', async () => {
  sandbox.faults.setQuirks({ shortPages: true })
  for (const platform of platforms) {
    const [post] = sandbox.world.posts(platform, true)
    for (let n = 0; n < 7; n += 1) speak(sandbox.world, { platform, author: { name: `Person ${n}` }, text: 'hi', parentId: post?.id })
  }
  const { facebook, mastodon } = sandbox.secrets
  const [post] = sandbox.world.posts('facebook', true)
  const sizes: Record<string, number[]> = { facebook: [], bluesky: [], mastodon: [] }
  let graphUrl: string | undefined = `${sandbox.urls.facebook}/v25.0/${post?.id}/comments?limit=4&access_token=${facebook.pageAccessToken}`
  while (graphUrl) {
    const page = (await (await fetch(graphUrl)).json()) as { data: unknown[]; paging?: { next?: string } }
    sizes['facebook']?.push(page.data.length)
    graphUrl = page.paging?.next
  }
  const authorization = `Bearer ${await accessJwt()}`
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const url: string = `${sandbox.urls.bluesky}/xrpc/app.bsky.notification.listNotifications?limit=4${cursor && `&cursor=${cursor}`}`
    const page = (await (await fetch(url, { headers: { authorization } })).json()) as { notifications: unknown[]; cursor?: string }
    sizes['bluesky']?.push(page.notifications.length)
    cursor = page.cursor
  }
  let url: string | undefined = `${sandbox.urls.mastodon}/api/v1/notifications?limit=4`
  while (url) {
    const answer: Response = await fetch(url, { headers: { authorization: `Bearer ${mastodon.accessToken}` } })
    sizes['mastodon']?.push(((await answer.json()) as unknown[]).length)
    url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  expect(sizes).toEqual({ facebook: [2, 2, 2, 1], bluesky: [2, 2, 2, 1], mastodon: [2, 2, 2, 1, 0] })
})
