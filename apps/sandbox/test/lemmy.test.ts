import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { numberOf, placeId } from '../src/lemmy/views.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let post: Item
let jwt: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('lemmy', true)[0] as Item
  jwt = await login()
})
afterEach(() => sandbox.close())

type Body = { error?: string; replies: View[]; mentions: View[]; comments: View[]; comment_view: View; jwt: string }
type View = {
  comment: { id: number; content: string; path: string; deleted: boolean }
  comment_reply?: { id: number }
  post: { id: number }
  my_vote?: number
}

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> {
  const headers = { authorization: `Bearer ${jwt}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const answer = await fetch(`${sandbox.urls.lemmy}/api/v3/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.status, body: (await answer.json()) as Body }
}

async function login(password = sandbox.secrets.lemmy.password): Promise<string> {
  const { body } = await call('POST', 'user/login', { username_or_email: 'fieldnote', password })
  return body.jwt
}

function say(text: string, parent: Item = post): Item {
  return speak(sandbox.world, { platform: 'lemmy', author: { name: 'Kai' }, text, parentId: parent.id })
}

test('tells of replies right below the brand, and of comments that name it, never both', async () => {
  const reply = say('does it ship?')
  const below = say('it does', reply)
  const named = say('ask @fieldnote@lemmy.example', reply)
  const replies = await call('GET', 'user/replies?sort=New&limit=50')
  expect(replies.body.replies.map(({ comment }) => comment.id)).toEqual([numberOf(reply.id)])
  const mentions = await call('GET', 'user/mention?sort=New&limit=50')
  expect(mentions.body.mentions.map(({ comment }) => comment.id)).toEqual([numberOf(named.id)])
  const tree = await call('GET', `comment/list?post_id=${numberOf(post.id)}&max_depth=8`)
  expect(tree.body.comments.map(({ comment }) => comment.path)).toEqual([
    `0.${numberOf(reply.id)}.${numberOf(named.id)}`,
    `0.${numberOf(reply.id)}.${numberOf(below.id)}`,
    `0.${numberOf(reply.id)}`,
  ])
  await call('POST', 'comment/mark_as_read', { comment_reply_id: replies.body.replies[0]?.comment_reply?.id, read: true })
  expect((await call('GET', 'user/replies?unread_only=true')).body.replies).toEqual([])
})

test('pages by number, ten at a time, fifty at most', async () => {
  for (let n = 0; n < 12; n += 1) say(`number ${n}`)
  const sizes = []
  for (const page of [1, 2, 3]) sizes.push((await call('GET', `user/replies?page=${page}`)).body.replies.length)
  expect(sizes).toEqual([10, 2, 0])
})

test('answers, edits, votes and deletes; a deleted comment keeps its place without its words', async () => {
  const asked = say('does it ship?')
  const made = await call('POST', 'comment', { content: 'Monday', post_id: numberOf(post.id), parent_id: numberOf(asked.id) })
  expect(made.body.comment_view.comment).toMatchObject({
    content: 'Monday',
    path: `0.${numberOf(asked.id)}.${made.body.comment_view.comment.id}`,
  })
  const { id } = made.body.comment_view.comment
  await call('PUT', 'comment', { comment_id: id, content: 'Tuesday' })
  expect(sandbox.world.find('lemmy', placeId('comment', id))?.text).toBe('Tuesday')
  expect((await call('POST', 'comment/like', { comment_id: numberOf(asked.id), score: 1 })).body.comment_view.my_vote).toBe(1)
  await call('POST', 'comment/delete', { comment_id: id, deleted: true })
  const gone = await call('GET', `comment?id=${id}`)
  expect(gone.body.comment_view.comment).toMatchObject({ deleted: true, content: '' })
  expect(sandbox.world.journal.ledger.map(({ endpoint }) => endpoint)).toEqual([
    '/api/v3/comment',
    '/api/v3/comment',
    '/api/v3/comment/like',
    '/api/v3/comment/delete',
  ])
})

test('tells of a mention away from the brand, and lets it be answered there', async () => {
  const mention = speak(sandbox.world, { platform: 'lemmy', author: { name: 'Kai' }, text: 'they mend them', mention: true })
  const [told] = (await call('GET', 'user/mention')).body.mentions
  expect(told).toMatchObject({ comment: { id: numberOf(mention.id), path: `0.${numberOf(mention.id)}` }, post: { creator_id: 2 } })
  expect(told?.comment.content).toBe('@fieldnote@lemmy.example they mend them')
  const where = { post_id: told?.post.id, parent_id: told?.comment.id }
  await call('POST', 'comment', { content: 'We do', ...where })
  expect(sandbox.world.replies(mention).map(({ text }) => text)).toEqual(['We do'])
})

test('takes comments below what is deleted, and puts those of a parent that is gone on top', async () => {
  const asked = say('?')
  sandbox.world.remove(asked)
  const below = await call('POST', 'comment', { content: 'one', post_id: numberOf(post.id), parent_id: numberOf(asked.id) })
  const top = await call('POST', 'comment', { content: 'two', post_id: numberOf(post.id), parent_id: 5 })
  expect([below, top].map(({ body }) => body.comment_view.comment.path.split('.').length)).toEqual([3, 2])
})

test('refuses by name: a wrong password, a lost login, a parent elsewhere, too many words', async () => {
  expect((await call('POST', 'user/login', { username_or_email: 'fieldnote', password: 'x' })).body).toEqual({ error: 'incorrect_login' })
  const asked = say('?')
  expect((await call('POST', 'comment', { content: 'x', post_id: 1 })).body).toEqual({ error: 'couldnt_find_post' })
  const long = { content: 'x'.repeat(10_001), post_id: numberOf(post.id), parent_id: numberOf(asked.id) }
  expect((await call('POST', 'comment', long)).body).toEqual({ error: 'invalid_body_field' })
  sandbox.faults.setToken('lemmy', 'expired', new Date())
  expect(await call('GET', 'user/replies')).toMatchObject({ status: 401, body: { error: 'not_logged_in' } })
  jwt = await login()
  expect((await call('GET', 'user/replies')).status, 'whoever logs in again is in').toBe(200)
})
