import { beforeEach, afterEach, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox.ts'
import type { Sandbox } from '../../src/sandbox.ts'
import { speak } from '../../src/world/speak.ts'
import { client } from './client.ts'

type Fields = Record<string, unknown>
type Cursor<T> = T[] & { hasNext(): boolean; next(): Promise<Cursor<T>>; summary?: { total_count: number } }
type Node = { id: string; _data: Fields; get(fields: string[], params?: object): Promise<Node> }
type Comment = Node & {
  getComments(fields: string[], params?: object, fetchFirstPage?: boolean): Promise<Cursor<Comment>>
  createComment(fields: string[], params: object): Promise<Comment>
  createLike(fields: string[]): Promise<Node>
  deleteLikes(): Promise<unknown>
  getLikes(fields: string[], params?: object): Promise<Cursor<Node>>
  update(fields: string[], params: object): Promise<unknown>
  delete(fields: string[]): Promise<unknown>
}
type Page = Node & {
  getFeed(fields: string[], params?: object): Promise<Cursor<Node>>
  getPublishedPosts(fields: string[], params?: object): Promise<Cursor<Node>>
  getVisitorPosts(fields: string[], params?: object): Promise<Cursor<Node>>
  createFeed(fields: string[], params: object): Promise<Node>
  getSubscribedApps(fields: string[]): Promise<Cursor<Node>>
}
type Of<T> = new (id: string, data: object, parentId: undefined, api: object) => T
type Sdk = {
  FacebookAdsApi: new (accessToken: string, locale: string, reportsCrashes: boolean) => object
  Page: Of<Page>
  PagePost: Of<Comment>
  Comment: Of<Comment>
}

const sdk = client<Sdk>('facebook-nodejs-business-sdk')
let sandbox: Sandbox
let api: object
let page: Page
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, brand: 'empty' })
  const { pageId, pageAccessToken } = sandbox.secrets.facebook
  Object.defineProperty(sdk.FacebookAdsApi, 'GRAPH', { value: sandbox.urls.facebook, configurable: true })
  // It would tell its makers of what goes wrong here.
  api = new sdk.FacebookAdsApi(pageAccessToken, 'en_US', false)
  page = new sdk.Page(pageId, {}, undefined, api)
})
afterEach(() => sandbox.close())

const post = (text: string): string => speak(sandbox.world, { platform: 'facebook', author: 'brand', text }).id
const say = (name: string, text: string, parentId: string | null): string =>
  speak(sandbox.world, { platform: 'facebook', author: { name }, text, parentId }).id
const postOf = (id: string): Comment => new sdk.PagePost(id, {}, undefined, api)
const commentOf = (id: string): Comment => new sdk.Comment(id, {}, undefined, api)
async function all<T>(first: Promise<Cursor<T>>): Promise<T[]> {
  const found: T[] = []
  for (let cursor = await first; ; cursor = await cursor.next()) {
    found.push(...cursor)
    if (!cursor.hasNext()) return found
  }
}

test('reads the Page, its feed and every comment of a post, page by page', async () => {
  const id = post('Indigo is back')
  const tops = Array.from({ length: 60 }, (_, number) => say(`P${number}`, `comment ${number} 🧡`, id))
  const below = say('Bo', 'I wonder too', tops[0]!)
  expect((await page.get(['id', 'name', 'username', 'fan_count', 'link']))._data).toMatchObject({ id: page.id, name: 'Fieldnote' })
  expect((await page.getFeed(['id', 'message', 'created_time', 'from', 'permalink_url']))[0]?._data).toMatchObject({
    id,
    message: 'Indigo is back',
  })
  expect((await page.getPublishedPosts(['id']))[0]?.id).toBe(id)
  const fields = [
    'id',
    'message',
    'from',
    'created_time',
    'parent',
    'comment_count',
    'like_count',
    'can_hide',
    'is_hidden',
    'permalink_url',
    'user_likes',
  ]
  const stream = await all(postOf(id).getComments(fields, { filter: 'stream', limit: 25, order: 'chronological' }))
  expect(stream.map((each) => each.id).toSorted()).toEqual([...tops, below].toSorted())
  expect(stream.find((each) => each.id === below)?._data).toMatchObject({ message: 'I wonder too', parent: { id: tops[0] } })
  const summed = await postOf(id).getComments(['id'], { filter: 'toplevel', summary: true, limit: 10 })
  expect([summed.length, summed.summary?.total_count]).toEqual([10, 60])
})

test('answers, likes, edits, hides and deletes, and posts', async () => {
  const id = post('Indigo is back')
  const comment = say('Ana', 'Does it fade?', id)
  const reply = await commentOf(comment).createComment([], { message: 'A little, & then it stays' })
  const read = async (): Promise<Fields> => (await commentOf(reply.id).get(['message', 'from', 'parent']))._data
  expect(await read()).toMatchObject({ message: 'A little, & then it stays', from: { id: page.id }, parent: { id: comment } })
  await commentOf(reply.id).update([], { message: 'It stays' })
  expect((await read())['message']).toBe('It stays')
  await commentOf(comment).createLike([])
  expect((await commentOf(comment).get(['user_likes', 'like_count']))._data).toMatchObject({ user_likes: true, like_count: 1 })
  expect((await commentOf(comment).getLikes(['id', 'name'], { summary: true })).summary?.total_count).toBe(1)
  await commentOf(comment).deleteLikes()
  expect((await commentOf(comment).get(['user_likes']))._data).toMatchObject({ user_likes: false })
  await commentOf(comment).update([], { is_hidden: true })
  expect((await commentOf(comment).get(['is_hidden']))._data).toMatchObject({ is_hidden: true })
  await commentOf(reply.id).delete([])
  expect(await commentOf(comment).getComments(['id'])).toHaveLength(0)
  const made = await page.createFeed(['id'], { message: 'Madder next' })
  expect((await postOf(made.id).get(['message']))._data).toMatchObject({ message: 'Madder next' })
  expect(await postOf(made.id).createComment([], { message: 'Ask us anything' })).toMatchObject({ id: expect.stringContaining('_') })
})

test('reads a refusal as Facebook’s: status, code and words', async () => {
  const refused = { status: 400, response: { code: 100, error_subcode: 33, type: 'GraphMethodException' } }
  await expect(commentOf('1_2').get(['message'])).rejects.toMatchObject(refused)
  const id = post('Indigo is back')
  await expect(postOf(id).getComments(['no_such_field'])).resolves.toHaveLength(0)
  say('Ana', 'Does it fade?', id)
  await expect(postOf(id).getComments(['no_such_field'])).rejects.toMatchObject({ status: 400, response: { code: 100 } })
  sandbox.faults.setToken('facebook', 'revoked', new Date())
  await expect(page.getFeed(['id'])).rejects.toMatchObject({ status: 400, response: { code: 190, type: 'OAuthException' } })
})
