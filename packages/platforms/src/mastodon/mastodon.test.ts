import { describe, expect, onTestFinished, test } from 'vitest'
import { Reader } from '../conformance/reader.ts'
import type { World } from '../conformance/world.ts'
import type { Io, ReplyTarget } from '../platform.ts'
import { answering } from '../../test/answering.ts'
import type { Asked } from '../../test/answering.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { mastodon } from './adapter.ts'
import { linkParams } from './api.ts'
import { replyLimitOf } from './limit.ts'
import { plainText } from '../plain-text.ts'

const self = { accountId: 'brand@m.test', handle: 'brand@m.test', ownedIds: [], host: 'm.test' }
const target: ReplyTarget = {
  externalId: '20',
  parentExternalId: null,
  postExternalId: null,
  ref: { acct: 'kai@example.social', visibility: 'public' },
  authorExternalId: 'kai@example.social',
  authorHandle: 'kai@example.social',
  private: false,
}

type Sent = { status: string; visibility: string; spoiler_text?: string; in_reply_to_id: string }

/** What would be posted, and with which key. */
async function posted(
  change: Partial<ReplyTarget>,
  text = 'hi',
  settings: Record<string, string> = {},
): Promise<Sent & { key: string | null }> {
  let sent: (Sent & { key: string | null }) | null = null
  const fetch: Io['fetch'] = async (_, init) => {
    sent = { ...(JSON.parse(String(init?.body)) as Sent), key: new Headers(init?.headers).get('idempotency-key') }
    return new Response(
      JSON.stringify({
        id: '99',
        url: 'https://m.test/@brand/99',
        content: '<p>hi</p>',
        account: { id: '1', acct: 'brand', url: 'https://m.test/@brand' },
      }),
    )
  }
  const io: Io = {
    fetch,
    now: () => new Date(0),
    settings: { url: 'https://m.test', accountId: '1', ...settings },
    credentials: { accessToken: 't' },
    save: async () => {},
    self,
  }
  await mastodon.reply(io, {
    target: { ...target, ...change, ref: { ...target.ref, ...change.ref } },
    text,
    key: 'our-key',
    createdAt: '2026-11-22T12:00:00.000Z',
  })
  return sent!
}

describe('a reply', () => {
  test.each([
    ['public', undefined, 'unlisted'],
    ['public', 'public', 'public'],
    ['unlisted', 'public', 'unlisted'],
    ['private', undefined, 'private'],
    ['private', 'public', 'private'],
    ['direct', 'public', 'direct'],
  ])('to a %s status on a channel that wants %s is %s', async (visibility, wanted, expected) => {
    expect((await posted({ ref: { visibility } }, 'hi', wanted ? { replyVisibility: wanted } : {})).visibility).toBe(expected)
  })

  test('to a private message is private, whatever else is known of it', async () => {
    expect((await posted({ private: true })).visibility).toBe('direct')
  })

  test('names its person once, carries the warning and our key', async () => {
    expect(await posted({ ref: { spoiler: 'prices' } })).toEqual({
      status: '@kai@example.social hi',
      in_reply_to_id: '20',
      visibility: 'unlisted',
      spoiler_text: 'prices',
      key: 'our-key',
    })
    expect((await posted({}, 'hi @Kai@Example.social!')).status).toBe('hi @Kai@Example.social!')
    expect((await posted({}, 'hi @kai')).status).toBe('@kai@example.social hi @kai')
    expect((await posted({ ref: { acct: 'kai' } }, 'hi @kai.')).status).toBe('hi @kai.')
    expect((await posted({ ref: { acct: 'kai' } }, 'hi @kaiser')).status).toBe('@kai hi @kaiser')
  })

  test('that is too long with the mention is refused before it is sent', async () => {
    const text = 'x'.repeat(495)
    await expect(posted({}, text)).resolves.toBeTruthy()
    await expect(posted({}, `${text}y`)).rejects.toMatchObject({
      kind: 'rejected',
      notSent: true,
      message: expect.stringContaining('1 over') as string,
    })
    await expect(posted({ ref: { spoiler: 'warn' } }, text)).rejects.toMatchObject({ kind: 'rejected' })
    await expect(posted({}, text.repeat(3), { maxCharacters: '5000' })).resolves.toBeTruthy()
  })
})

const open = async (): Promise<World> => {
  const world = await openSandboxWorld(mastodon)
  onTestFinished(() => world.close())
  return world
}

test('direct messages stay among those named, both ways', async () => {
  const world = await open()
  const reader = new Reader(mastodon, world)
  const mention = world.mention('Ana', 'hello')
  await reader.poll()
  const sent = await mastodon.reply(world.io, {
    target: { ...reader.target(mention), private: true },
    text: 'quietly',
    key: 'k',
    createdAt: world.io.now().toISOString(),
  })
  expect(sent.facts).toMatchObject([{ private: true, kind: 'direct', ours: true }])
})

/** A server that honours neither `min_id` nor `types[]` and sends no Link header. */
function plainServer(list: object[]): { io: Io; calls: () => number } {
  let calls = 0
  const fetch: Io['fetch'] = async (url) => {
    calls += 1
    return new Response(JSON.stringify(String(url).includes('notifications') ? list : []))
  }
  const io: Io = {
    fetch,
    now: () => new Date('2026-11-22T12:00:00Z'),
    settings: { url: 'https://snac.test', accountId: '1' },
    credentials: { accessToken: 't' },
    save: async () => {},
    self,
  }
  return { io, calls: () => calls }
}

test('a server without cursors, types or links is read to its end and no further', async () => {
  const status = { id: 's1', content: '<b>raw</b>', account: { id: 'k', acct: 'kai', url: 'https://snac.test/kai' } }
  const list = [
    { id: 'n3', type: 'follow' },
    { id: 'n2', type: 'mention', status },
    { id: 'n1', type: 'favourite', status },
  ]
  const { io, calls } = plainServer(list)
  const first = await mastodon.poll(io, { cursor: null, posts: [], open: [] })
  const facts = first.pages.flatMap((page) => mastodon.normalize({ ...page, receivedAt: '2026-11-22T12:00:00.000Z' }, self).facts)
  expect(facts).toMatchObject([{ externalId: 's1', text: 'raw' }])
  const before = calls()
  const second = await mastodon.poll(io, { cursor: JSON.parse(JSON.stringify(first.cursor)), posts: [], open: [] })
  expect(calls() - before).toBeLessThan(6)
  expect(second.cursor).toMatchObject({ minId: 'n3' })
})

test('mentions away from our posts are all found, however many came in between', async () => {
  const world = await open()
  const reader = new Reader(mastodon, world)
  world.shortPages()
  world.mention('Ana', 'first')
  await reader.poll()
  const ids = Array.from({ length: 130 }, (_, index) => world.mention(`P${index}`, `mention ${index}`))
  await reader.poll()
  expect(ids.filter((id) => !reader.facts.has(id))).toEqual([])
})

test('a long past comes in pieces, newest first, and none of it is left out', async () => {
  const world = await open()
  const reader = new Reader(mastodon, world)
  world.shortPages()
  const ids = Array.from({ length: 900 }, (_, index) => world.mention(`P${index % 9}`, `mention ${index}`))
  reader.backTo = new Date(world.io.now().getTime() - 86_400_000).toISOString()
  await reader.pollOnce()
  expect(reader.facts.has(ids.at(-1)!)).toBe(true)
  const afterOne = ids.filter((id) => reader.facts.has(id)).length
  for (let round = 0; round < 4 && !reader.isBack; round += 1) await reader.pollOnce()
  expect(afterOne).toBeLessThan(ids.length)
  expect(ids.filter((id) => !reader.facts.has(id))).toEqual([])
  expect(reader.isBack).toBe(true)
})

test('an account is the same seen from its own server and from another', () => {
  const status = (acct: string): string =>
    JSON.stringify([{ id: '1', content: 'x', account: { id: acct, acct, url: 'https://elsewhere.test/profile' } }])
  const authorSeenBy = (handle: string, acct: string): unknown => {
    const delivery = { kind: 'own', request: {}, body: status(acct), receivedAt: '2026-11-22T12:00:00.000Z' }
    const [fact] = mastodon.normalize(delivery, { ...self, accountId: 'somebody', handle }).facts
    return fact?.fact === 'post' ? fact.author?.externalId : fact?.fact === 'message' && fact.author?.externalId
  }
  expect(authorSeenBy('brand@m.test', 'Kai@Example.social')).toBe('kai@example.social')
  expect(authorSeenBy('other@example.social', 'kai')).toBe('kai@example.social')
})

test('Link headers are read for their query alone', () => {
  const link = (value: string): Headers => new Headers({ link: value })
  const header = '<https://evil.example/api?max_id=5&types[]=mention>; rel="next", <https://m.test/api?min_id=9>; rel="prev"'
  expect(linkParams(link(header), 'next')).toEqual([
    ['max_id', '5'],
    ['types[]', 'mention'],
  ])
  expect(linkParams(link(header), 'prev')).toEqual([['min_id', '9']])
  expect(linkParams(link('<nonsense>; rel="next"'), 'next')).toBeNull()
  expect(linkParams(new Headers(), 'next')).toBeNull()
})

test.each([
  ['<p>a<br>b</p><p>c</p>', 'a\nb\n\nc'],
  ['no markup & <b>some</b>', 'no markup & some'],
  ['<p>5 &lt; 6 &amp;&amp; &#128512;</p>', '5 < 6 && 😀'],
  ['<a href="javascript:alert(1)">click</a>', 'click'],
  ['<a href="https://a.test/x">https://a.test/x</a>', 'https://a.test/x'],
  ['<a href="https://evil.test">https://bank.test</a>', 'https://bank.test (https://evil.test)'],
  ['<a href="https://m.test/tags/bags" class="mention hashtag" rel="tag">#<span>bags</span></a>', '#bags'],
  ['<pre><code>a\n  b</code></pre>', 'a\n  b'],
  ['<blockquote><p>said</p></blockquote><p>answer</p>', 'said\n\nanswer'],
  ['<ol><li>x</li><li>y</li></ol>', '1. x\n2. y'],
  ['<p>unclosed <a href="https://a.test">link', 'unclosed link (https://a.test)'],
  ['</p></ul></a></pre>', ''],
  ['<p class="quote-inline">RE: <br><a href="https://x.test">x</a></p><p>mine</p>', 'mine'],
])('%s', (html, text) => {
  expect(plainText(html)).toBe(text)
})

describe('files', () => {
  const picture = { id: 'm', type: 'image/png', name: 'bag.png', alt: 'A bag', width: 4, height: 3, url: null }
  const media = [{ ...picture, bytes: async () => new Uint8Array([1]) }]
  const replyThrough = async (answer: (asked: Asked) => unknown): Promise<Asked[]> => {
    const { fetch, asked } = answering(answer)
    const settings = { url: 'https://m.test', accountId: '1' }
    const io: Io = { fetch, now: () => new Date(0), settings, credentials: { accessToken: 't' }, save: async () => {}, self }
    await mastodon.reply(io, { target, text: 'hi', key: 'k', createdAt: '2026-11-22T12:00:00.000Z', media })
    return asked
  }

  test('are waited for while the server works on them', async () => {
    let waits = 2
    const asked = await replyThrough(({ path, method }) => {
      if (method === 'GET') return (waits -= 1) > 0 ? [206, { id: '7', url: null }] : { id: '7', url: 'https://m.test/7.png' }
      return path.endsWith('/media') ? [202, { id: '7', url: null }] : { id: '99', content: '', account: { id: '1', acct: 'brand' } }
    })
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v2/media',
      'GET /api/v1/media/7',
      'GET /api/v1/media/7',
      'POST /api/v1/statuses',
    ])
    expect(asked.at(-1)!.body).toMatchObject({ media_ids: ['7'] })
  })

  test('need a scope of their own; a token without it is good for all else', async () => {
    const refused = replyThrough(() => [403, { error: 'This action is outside the authorized scopes' }])
    await expect(refused).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('write:media') as string })
  })
})

test.each([
  [{}, { max: 4, types: 7, png: 16_777_216, altMax: 1_500 }],
  [
    { mediaMax: '6', mediaTypes: 'image/png image/x-strange', imageBytes: '1000', altMax: '500' },
    { max: 6, types: 1, png: 1_000, altMax: 500 },
  ],
])('a server says what it takes: %j', (settings, { max, types, png, altMax }) => {
  const { media } = replyLimitOf(settings)
  expect(media).toMatchObject({ max, altMax })
  expect(Object.keys(media!.types)).toHaveLength(types)
  expect(media!.types['image/png']).toBe(png)
})

test('a server that takes no files offers none', () => {
  expect(replyLimitOf({ mediaMax: '0' }).media).toBeUndefined()
})
