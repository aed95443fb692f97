import { createRestAPIClient } from 'masto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let post: Item
let nowMs: number
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T10:00:00Z')
  sandbox = await startSandbox({ port: 0, now: () => new Date(nowMs) })
  post = sandbox.world.posts('mastodon', true)[0] as Item
})
afterEach(() => sandbox.close())

function say(text: string, more: object = {}): Item {
  return speak(sandbox.world, {
    platform: 'mastodon',
    author: { name: 'Kai', handle: 'kai@garden.example' },
    text,
    parentId: post.id,
    ...more,
  })
}

async function call(path: string, init: RequestInit = {}) {
  const url = path.startsWith('http') ? path : `${sandbox.urls.mastodon}/api/v1/${path}`
  const headers = { authorization: `Bearer ${sandbox.secrets.mastodon.accessToken}`, ...(init.headers as Record<string, string>) }
  const answer = await fetch(url, { ...init, headers })
  return { status: answer.status, link: answer.headers.get('link'), body: (await answer.json()) as never }
}

function linkTo(link: string | null, rel: string): string | undefined {
  return new RegExp(`<([^>]+)>; rel="${rel}"`).exec(link ?? '')?.[1]
}

test('min_id gives the page right above, newest first; prev leads up to an empty page', async () => {
  const comments = Array.from({ length: 7 }, (_, n) => say(`number ${n}`).id)
  const seen: string[] = []
  let url: string | undefined = 'notifications?types[]=mention&limit=3&min_id=1'
  const sizes: number[] = []
  while (url) {
    const { body, link } = await call(url)
    const page = body as { status: { id: string } }[]
    seen.push(...page.map(({ status }) => status.id).reverse())
    sizes.push(page.length)
    url = linkTo(link, 'prev')
  }
  expect(seen).toEqual(comments)
  expect(sizes).toEqual([3, 3, 1, 0])
})

test('since_id gives the newest page and leaves the gap; next leads down', async () => {
  const comments = Array.from({ length: 5 }, (_, n) => say(`number ${n}`).id)
  const { body, link } = await call('notifications?limit=2&since_id=1')
  expect((body as { status: { id: string } }[]).map(({ status }) => status.id)).toEqual([comments[4], comments[3]])
  const next = await call(linkTo(link, 'next') ?? '')
  expect((next.body as { status: { id: string } }[]).map(({ status }) => status.id)).toEqual([comments[2], comments[1]])
})

test('without the Link header on request', async () => {
  say('hello')
  sandbox.faults.setQuirks({ noLinkHeader: true })
  expect((await call('notifications')).link).toBeNull()
})

test('content is escaped HTML with mention spans, links and tags', async () => {
  const { id } = say('<b>&"hi"</b> see https://fieldnote.test/care #care\n\nsecond\nline')
  const { body } = await call(`statuses/${id}`)
  const { content, mentions, account } = body as { content: string; mentions: { acct: string }[]; account: { acct: string } }
  expect(content).toContain(
    'class="u-url mention">@<span>fieldnote</span></a></span> &lt;b&gt;&amp;&quot;hi&quot;&lt;/b&gt; see <a href="https://fieldnote.test/care"',
  )
  expect(content).toContain('class="mention hashtag" rel="tag">#<span>care</span></a></p><p>second<br />line</p>')
  expect(mentions.map(({ acct }) => acct)).toEqual(['fieldnote'])
  expect(account.acct).toBe('kai@garden.example')
})

test('a reply that dropped the name is not notified, but stands in the context', async () => {
  const silent = say('talking about you', { mention: false })
  expect((await call('notifications')).body).toEqual([])
  const { body } = await call(`statuses/${post.id}/context`)
  expect((body as { descendants: { id: string }[] }).descendants.map(({ id }) => id)).toEqual([silent.id])
})

test('an idempotency key holds one hour', async () => {
  const send = async () => {
    const headers = { 'content-type': 'application/json', 'Idempotency-Key': 'once' }
    const answer = await call('statuses', { method: 'POST', headers, body: '{"status":"Hello"}' })
    return (answer.body as { id: string }).id
  }
  const first = await send()
  nowMs += 3_599_000
  expect(await send()).toBe(first)
  nowMs += 2_000
  expect(await send()).not.toBe(first)
  expect(sandbox.world.journal.ledger.map(({ repeated }) => repeated)).toEqual([false, true, false])
})

test('refuses as the real one: blank, too long, a missing parent, a wrong token, a strange id', async () => {
  const post = async (status: string, more: object = {}) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await call('statuses', { method: 'POST', headers, body: JSON.stringify({ status, ...more }) })
    return [answer.status, (answer.body as { error?: string }).error]
  }
  expect(await post(' ')).toEqual([422, "Validation failed: Text can't be blank"])
  expect((await post('x'.repeat(501)))[0]).toBe(422)
  expect((await post(`@kai@garden.example ${'x'.repeat(495)}`))[0]).toBe(200)
  expect((await post(`https://fieldnote.test/${'x'.repeat(600)}`))[0]).toBe(200)
  expect((await post('hello', { in_reply_to_id: '1' }))[0]).toBe(404)
  expect(await call('statuses/1')).toMatchObject({ status: 404, body: { error: 'Record not found' } })
  const headers = { authorization: 'Bearer wrong' }
  expect(await call('accounts/verify_credentials', { headers })).toMatchObject({
    status: 401,
    body: { error: 'The access token is invalid' },
  })
})

test('masto reads the instance, a direct status with a warning, its source and history', async () => {
  const { accessToken } = sandbox.secrets.mastodon
  const masto = createRestAPIClient({ url: sandbox.url, accessToken })
  expect((await masto.v2.instance.fetch()).configuration.statuses.maxCharacters).toBe(500)
  const direct = say('quietly', { visibility: 'direct', spoiler: 'order trouble' })
  const [notice] = await masto.v1.notifications.list({ types: ['mention'] })
  expect(notice?.status).toMatchObject({ id: direct.id, visibility: 'direct', spoilerText: 'order trouble', sensitive: true })
  const own = await masto.v1.statuses.create({ status: 'one', visibility: 'direct', inReplyToId: direct.id })
  nowMs += 60_000
  await masto.v1.statuses.$select(own.id).update({ status: 'two' })
  expect((await masto.v1.statuses.$select(own.id).source.fetch()).text).toBe('two')
  const versions = await masto.v1.statuses.$select(own.id).history.list()
  expect(versions.map(({ content }) => content)).toEqual(['<p>one</p>', '<p>two</p>'])
  const statuses = await masto.v1.accounts.$select(sandbox.secrets.mastodon.accountId).statuses.list({ limit: 1 })
  expect(statuses[0]?.inReplyToId).toBe(direct.id)
  expect((await masto.v1.statuses.fetch({ id: [own.id, '1'] })).map(({ id }) => id)).toEqual([own.id])
})
