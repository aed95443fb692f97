import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { numberOf, placeId } from '../src/wordpress/views.ts'

let sandbox: Sandbox
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('wordpress', true)[0] as Item
})
afterEach(() => sandbox.close())

type Comment = {
  id: number
  post: number
  parent: number
  author: number
  author_name: string
  author_email?: string
  date: string
  date_gmt: string
  content: { rendered: string; raw?: string }
  link: string
  status: string
  _links: Record<string, { href: string }[]>
  _embedded?: { up: { id: number }[] }
}
type Answer = { status: number; headers: Headers; body: any }

function basic(login?: string, password?: string): Record<string, string> {
  const { username, applicationPassword } = sandbox.secrets.wordpress
  return { authorization: `Basic ${Buffer.from(`${login ?? username}:${password ?? applicationPassword}`).toString('base64')}` }
}

async function call(method: string, path: string, body?: object, headers: Record<string, string> = basic()): Promise<Answer> {
  const answer = await fetch(`${sandbox.urls.wordpress}/wp-json/wp/v2/${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: await answer.json() }
}

const say = (text: string, parent: Item = post, name = 'Kai'): Item =>
  speak(sandbox.world, { platform: 'wordpress', author: { name }, text, parentId: parent.id })
const errorOf = ({ status, body }: Answer): unknown => [status, body.code, body.data.status]
const list = async (query: string, headers?: Record<string, string>): Promise<Comment[]> =>
  (await call('GET', `comments?${query}`, undefined, headers)).body

test('an application password says who we are, with or without its spaces; everything else is told apart', async () => {
  const { applicationPassword, userId } = sandbox.secrets.wordpress
  expect(applicationPassword).toMatch(/^(\w{4} ){5}\w{4}$/)
  for (const password of [applicationPassword, applicationPassword.replaceAll(' ', '')]) {
    const { body } = await call('GET', 'users/me?context=edit', undefined, basic('fieldnote', password))
    expect(body).toMatchObject({ id: Number(userId), slug: 'fieldnote', roles: ['editor'], capabilities: { moderate_comments: true } })
  }
  const refusals: [Record<string, string>, string][] = [
    [{}, 'rest_not_logged_in'],
    [basic('fieldnote', 'abcd EFGH 1234 ijkl MNOP 6789'), 'incorrect_password'],
    [basic('nobody'), 'invalid_username'],
    [basic('nobody@example.org'), 'invalid_email'],
  ]
  for (const [headers, code] of refusals) expect(errorOf(await call('GET', 'users/me', undefined, headers))).toEqual([401, code, 401])
  sandbox.faults.setQuirks({ wrongPasswordIsNobody: true })
  expect((await call('GET', 'comments', undefined, basic('fieldnote', 'wrong'))).status).toBe(200)
  expect(errorOf(await call('GET', 'users/me', undefined, basic('fieldnote', 'wrong')))).toEqual([401, 'rest_not_logged_in', 401])
  expect((await call('GET', 'users/me')).status).toBe(200)
  sandbox.faults.setQuirks({ stripsAuthorization: true })
  expect(errorOf(await call('GET', 'users/me'))).toEqual([401, 'rest_not_logged_in', 401])
})

test('a comment has local time and UTC without zones, raw words for moderators, and its post when asked', async () => {
  const asked = say('does it <ship>?')
  const below = say('I wonder too', asked, 'Bo')
  const [first, second] = await list('context=edit&status=all&orderby=date_gmt&order=asc&_embed=up')
  expect(first).toMatchObject({
    id: numberOf(asked.id),
    post: numberOf(post.id),
    parent: 0,
    author: 0,
    author_name: 'Kai',
    content: { rendered: '<p>does it &lt;ship&gt;?</p>\n', raw: 'does it <ship>?' },
    status: 'approved',
    _embedded: { up: [{ id: numberOf(post.id) }] },
  })
  expect(first!.date_gmt).toBe(new Date(asked.createdAt).toISOString().slice(0, 19))
  expect(Date.parse(`${first!.date}Z`) - Date.parse(`${first!.date_gmt}Z`)).toBe(3_600_000)
  expect(second).toMatchObject({
    parent: numberOf(asked.id),
    _links: { 'in-reply-to': [{ href: expect.stringContaining(`/comments/${numberOf(asked.id)}`) }] },
  })
  expect(second!.author_email).not.toBe(first!.author_email)
  expect((await fetch(first!.link)).status).toBe(200)
  const [shown] = await list(`include=${numberOf(below.id)}`, {})
  expect([shown?.content.raw, shown?.author_email]).toEqual([undefined, undefined])
})

test('pages by number with totals and links; past the end it is an error or nothing', async () => {
  for (let n = 0; n < 12; n += 1) say(`number ${n}`)
  const sizes = []
  for (const page of [1, 2, 3]) {
    const { headers, body } = await call('GET', `comments?per_page=5&page=${page}&order=asc`)
    sizes.push(body.length)
    expect([headers.get('x-wp-total'), headers.get('x-wp-totalpages')]).toEqual(['12', '3'])
    expect(headers.get('link')?.includes('rel="next"')).toBe(page < 3)
  }
  expect(sizes).toEqual([5, 5, 2])
  expect(errorOf(await call('GET', 'comments?per_page=5&page=4'))).toEqual([400, 'rest_comment_invalid_page', 400])
  expect(errorOf(await call('GET', 'comments?per_page=101'))).toEqual([400, 'rest_invalid_param', 400])
  sandbox.faults.setQuirks({ emptyPastEnd: true })
  expect(await list('per_page=5&page=4')).toEqual([])
  expect((await call('GET', `comments?post=${numberOf(post.id)}&per_page=1`)).headers.get('x-wp-total')).toBe('12')
})

test('after and before go by the site’s local dates', async () => {
  const at = Date.UTC(2026, 10, 22, 10)
  const item = sandbox.world.write({ platform: 'wordpress', authorId: say('now').authorId, text: 'then', parentId: post.id, createdAt: at })
  const found = async (after: string): Promise<boolean> => (await list(`after=${after}`)).some(({ id }) => id === numberOf(item.id))
  expect([await found('2026-11-22T10:59:59'), await found('2026-11-22T11:00:00'), await found('2026-11-22T10:59:59Z')]).toEqual([
    true,
    false,
    true,
  ])
  expect(errorOf(await call('GET', 'comments?after=yesterday'))).toEqual([400, 'rest_invalid_param', 400])
})

test('a reply is one comment of the user; the same again is a duplicate, and a parent is not looked at', async () => {
  const asked = say('does it ship?')
  const made = await call('POST', 'comments', { post: numberOf(post.id), parent: numberOf(asked.id), content: 'Ships Monday' })
  expect(made.status).toBe(201)
  expect(made.headers.get('location')).toBe(made.body._links.self[0].href)
  expect(made.body).toMatchObject({ parent: numberOf(asked.id), author: Number(sandbox.secrets.wordpress.userId), status: 'approved' })
  expect(sandbox.world.find('wordpress', placeId('comment', made.body.id))?.parentId).toBe(asked.id)
  const again = await call('POST', 'comments', { post: numberOf(post.id), parent: numberOf(asked.id), content: 'Ships Monday' })
  expect(errorOf(again)).toEqual([409, 'comment_duplicate', 409])
  // Core takes the backslashes off before it compares.
  const slashed = { post: numberOf(post.id), parent: numberOf(asked.id), content: 'See C:\\new' }
  for (const status of [201, 201]) expect((await call('POST', 'comments', slashed)).status).toBe(status)
  const other = say('and to Spain?')
  const elsewhere = { post: numberOf(post.id), parent: numberOf(other.id), content: 'Ships Monday' }
  sandbox.faults.setQuirks({ duplicatesByPost: true })
  expect(errorOf(await call('POST', 'comments', elsewhere))).toEqual([409, 'comment_duplicate', 409])
  sandbox.faults.setQuirks({ duplicatesByPost: false })
  expect((await call('POST', 'comments', elsewhere)).status).toBe(201)
  const lost = await call('POST', 'comments', { post: numberOf(post.id), parent: 987_654, content: 'To nobody' })
  expect([lost.status, lost.body.parent]).toEqual([201, 987_654])
  expect(sandbox.world.journal.ledger.filter((entry) => entry.platform === 'wordpress')).toHaveLength(5)
})

test('what cannot be written says why', async () => {
  const target = { post: numberOf(post.id), content: 'Hello' }
  expect(errorOf(await call('POST', 'comments', target, {}))).toEqual([401, 'rest_comment_login_required', 401])
  expect(errorOf(await call('POST', 'comments', { content: 'x' }))).toEqual([403, 'rest_comment_invalid_post_id', 403])
  expect(errorOf(await call('POST', 'comments', { ...target, content: ' ' }))).toEqual([400, 'rest_comment_content_invalid', 400])
  const long = { ...target, content: 'é'.repeat(32_763) }
  expect(errorOf(await call('POST', 'comments', long))).toEqual([400, 'comment_content_column_length', 400])
  post.extra['commentsClosed'] = true
  expect(errorOf(await call('POST', 'comments', target))).toEqual([403, 'rest_comment_closed', 403])
  sandbox.world.remove(post)
  expect(errorOf(await call('POST', 'comments', target))).toEqual([403, 'rest_comment_trash_post', 403])
})

test('who may not moderate waits for approval, sees only what is shown, and is held to one comment in 15 seconds', async () => {
  sandbox.faults.setQuirks({ cannotModerate: true })
  const made = await call('POST', 'comments', { post: numberOf(post.id), content: 'First' })
  expect([made.status, made.body.status]).toEqual([201, 'hold'])
  expect(errorOf(await call('POST', 'comments', { post: numberOf(post.id), content: 'Second' }))).toEqual([400, 'comment_flood', 400])
  expect(errorOf(await call('GET', 'comments?status=all'))).toEqual([403, 'rest_forbidden_param', 403])
  expect(errorOf(await call('GET', 'comments?context=edit'))).toEqual([403, 'rest_forbidden_context', 403])
  expect(errorOf(await call('GET', 'comments?status=hold', undefined, {}))).toEqual([401, 'rest_forbidden_param', 401])
  expect(errorOf(await call('POST', `comments/${numberOf(say('hi').id)}`, { status: 'spam' }))).toEqual([403, 'rest_cannot_edit', 403])
})

test('moderates, edits, trashes and deletes for good', async () => {
  const id = numberOf(say('does it ship?').id)
  const statusesOf = async (status: string): Promise<number[]> => (await list(`status=${status}`)).map((each) => each.id)
  const path = `comments/${id}`
  expect((await call('POST', path, { status: 'hold' })).body.status).toBe('hold')
  expect([await statusesOf('approve'), await statusesOf('hold'), await statusesOf('all')]).toEqual([[], [id], [id]])
  expect((await call('POST', path, { status: 'approved' })).body.status).toBe('approved')
  expect(errorOf(await call('POST', path, { status: 'approved' }))).toEqual([500, 'rest_comment_failed_edit', 500])
  expect((await call('POST', path, { status: 'spam' })).body.status).toBe('spam')
  expect([await statusesOf('all'), await statusesOf('spam')]).toEqual([[], [id]])
  expect((await call('POST', path, { content: 'other words' })).body.content.raw).toBe('other words')
  expect((await call('DELETE', path)).body.status).toBe('trash')
  expect(errorOf(await call('DELETE', path))).toEqual([410, 'rest_already_trashed', 410])
  expect((await call('GET', path)).body.status).toBe('trash')
  expect(await statusesOf('trash')).toEqual([id])
  sandbox.faults.setQuirks({ noTrash: true })
  expect(errorOf(await call('DELETE', path))).toEqual([501, 'rest_trash_not_supported', 501])
  expect((await call('DELETE', `${path}?force=true`)).body).toMatchObject({ deleted: true, previous: { id: id } })
  expect(errorOf(await call('GET', path))).toEqual([404, 'rest_comment_invalid_id', 404])
})

test('with heldComments what guests write waits for a moderator', async () => {
  sandbox.faults.setQuirks({ heldComments: 1 })
  const held = say('first time here')
  expect(await list('status=approve')).toEqual([])
  expect(await list('status=hold')).toMatchObject([{ id: numberOf(held.id), status: 'hold' }])
})

test('the site says where its API is, and what it has published', async () => {
  const index = await (await fetch(`${sandbox.url}/wp-json/`)).json()
  expect(index).toMatchObject({ name: 'Fieldnote', namespaces: ['oembed/1.0', 'wp/v2'] })
  const { body } = await call('GET', 'posts?per_page=100')
  expect(body.map(({ id, status }: { id: number; status: string }) => [id, status])).toEqual([[numberOf(post.id), 'publish']])
  expect(errorOf(await call('GET', 'posts/7'))).toEqual([404, 'rest_post_invalid_id', 404])
})
