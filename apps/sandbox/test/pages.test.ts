import { afterEach, beforeEach, expect, test } from 'vitest'
import { dialectOf, platformIds } from '../src/registry.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item, PlatformId } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { graph } from './graph.ts'

let sandbox: Sandbox
beforeEach(async () => (sandbox = await startSandbox({ port: 0, brand: 'fieldnote' })))
afterEach(() => sandbox.close())

const withComments = platformIds.filter((platform) => dialectOf(platform).kinds.includes('comment'))
const withMentions = platformIds.filter((platform) => dialectOf(platform).kinds.includes('mention'))

function newestPost(platform: PlatformId): Item {
  return sandbox.world.posts(platform, true)[0] as Item
}

async function page(path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(new URL(path, sandbox.url))
  return { status: answer.status, text: await answer.text() }
}

async function leadsTo(path: string): Promise<string | null> {
  return (await fetch(new URL(path, sandbox.url), { redirect: 'manual' })).headers.get('location')
}

async function submit(path: string, form: Record<string, string>, cookie = '') {
  const answer = await fetch(new URL(path, sandbox.url), {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { cookie },
    redirect: 'manual',
  })
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: answer.status, location: answer.headers.get('location') ?? '', cookie: cookies.join('; ') }
}

test('the start page lists the platforms and the posts of the brand', async () => {
  const { text } = await page('/')
  for (const platform of platformIds) expect(text).toContain(`Pretend ${dialectOf(platform).name}`)
  expect(text).toContain('The spring tote is back in clay')
})

test.each(withComments)('%s: a visitor comments as anybody, edits and deletes what they wrote', async (platform) => {
  const post = newestPost(platform)
  const written = await submit(`/${platform}/items/${post.key}/replies`, { name: 'ليلى', text: 'هل تشحنون إلى عمّان؟' })
  expect(written.status).toBe(303)
  const [comment] = sandbox.world.replies(post) as [Item]
  expect(written.location).toBe(`/${platform}/p/${post.key}#c-${comment.key}`)
  expect((await page(written.location)).text).toContain(`<p class="text" dir="auto">${comment.text}`)

  const edit = `/${platform}/items/${comment.key}/edits`
  expect((await submit(edit, { text: 'not mine' })).status).toBe(404)
  expect((await submit(edit, { text: 'وإلى إربد؟' }, written.cookie)).status).toBe(303)
  expect(comment.text).toBe('وإلى إربد؟')
  await submit(`/${platform}/items/${comment.key}/deletion`, {}, written.cookie)
  expect(sandbox.world.replies(post)).toEqual([])
})

test.each(withComments)('%s: what a visitor types is text, never markup', async (platform) => {
  const post = newestPost(platform)
  const text = '<script>alert(1)</script> "&\' \u202e'
  await submit(`/${platform}/items/${post.key}/replies`, { name: '<b>Eve</b>', text })
  const shown = (await page(`/${platform}/p/${post.key}`)).text
  expect(shown).not.toContain('<script>')
  expect(shown).not.toContain('<b>Eve')
  expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&#39; \u202e')
})

test('the brand’s answer by API stands on the page at once, and its permalink opens it', async () => {
  const post = newestPost('facebook')
  const first = speak(sandbox.world, { platform: 'facebook', author: { name: 'Rosa' }, text: 'Strap?', parentId: post.id })
  const { body } = await graph(sandbox, `${first.id}/comments`, { message: 'It comes off.' })
  const reply = sandbox.world.find('facebook', body.id) as Item
  const view = await graph(sandbox, `${body.id}?fields=permalink_url`)
  const { permalink_url: permalink } = view.body as unknown as { permalink_url: string }
  const opened = await page(permalink)
  expect(opened.text).toContain('It comes off.')
  expect(await leadsTo(permalink)).toBe(`/facebook/p/${post.key}#c-${reply.key}`)
  expect(opened.text).toContain(`id="c-${reply.key}"`)
})

test('permalinks of Bluesky and Mastodon open the post at the comment', async () => {
  for (const platform of ['bluesky', 'mastodon'] as const) {
    const post = newestPost(platform)
    const item = speak(sandbox.world, { platform, author: { name: 'Kai' }, text: 'hello', parentId: post.id })
    const [rkey, did] = [item.id.split('/').at(-1), item.authorId]
    const link = platform === 'bluesky' ? `/profile/${did}/post/${rkey}` : `/mastodon/@${sandbox.world.author(item).handle}/${item.id}`
    expect(await leadsTo(link)).toBe(`/${platform}/p/${post.key}#c-${item.key}`)
  }
})

test.each(withMentions)('%s: a mention made on the page reaches the brand as one', async (platform) => {
  const { status } = await submit(`/${platform}/mentions`, { name: 'Ade', text: 'is the small one coming back?' })
  expect(status).toBe(303)
  const mention = sandbox.world.posts(platform, false)[0]
  expect(mention).toMatchObject({ mentionsBrand: true, parentId: null })
  expect((await page(`/${platform}`)).text).toContain('is the small one coming back?')
})

test('likes come and go; another site cannot post; what is gone says so', async () => {
  const post = newestPost('mastodon')
  const like = await submit(`/mastodon/items/${post.key}/likes`, {})
  expect(post.likes.size).toBe(1)
  await submit(`/mastodon/items/${post.key}/likes`, {}, like.cookie)
  expect(post.likes.size).toBe(0)
  const foreign = await fetch(`${sandbox.url}/mastodon/items/${post.key}/likes`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  })
  expect(foreign.status).toBe(403)
  expect((await page('/mastodon/p/nothing')).status).toBe(404)
})
