import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox.ts'
import type { Sandbox } from '../../src/sandbox.ts'
import { speak } from '../../src/world/speak.ts'
import { agree, client } from './client.ts'

type Listing<T> = T[] & { fetchMore(options: { amount: number; append?: boolean }): Promise<Listing<T>>; isFinished: boolean }
type User = { name: string }
type Comment = {
  name: string
  body: string
  author: User
  parent_id: string
  likes: boolean | null
  new: boolean
  replies: Listing<Comment>
  fetch(): Promise<Comment>
  reply(text: string): Promise<Comment>
  edit(text: string): Promise<unknown>
  delete(): Promise<unknown>
  upvote(): Promise<unknown>
  unvote(): Promise<unknown>
  remove(): Promise<unknown>
  approve(): Promise<unknown>
}
type Submission = Omit<Comment, 'fetch' | 'replies'> & {
  title: string
  num_comments: number
  comments: Listing<Comment>
  fetch(): Promise<Submission>
  expandReplies(options: { limit: number; depth: number }): Promise<Submission>
}
type Reddit = {
  getMe(): Promise<User & { id: string }>
  getInbox(options?: { filter?: string; limit?: number }): Promise<Listing<Comment>>
  getUnreadMessages(options?: { limit?: number }): Promise<Listing<Comment>>
  markMessagesAsRead(messages: Comment[]): Promise<unknown>
  getSubmission(id: string): Submission
  getComment(id: string): Comment
  getUser(name: string): {
    fetch(): Promise<User>
    getComments(options?: object): Promise<Listing<Comment>>
    getSubmissions(options?: object): Promise<Listing<Submission>>
  }
  getSubreddit(name: string): {
    getNew(options?: object): Promise<Listing<Submission>>
    getNewComments(options?: object): Promise<Listing<Comment>>
  }
  config(options: object): unknown
  rawRequest(options: { baseUrl: string }): unknown
  credentialedClientRequest(options: object): Promise<Record<string, string>>
}
type Snoowrap = { new (options: Record<string, string>): Reddit; getAuthUrl(request: object): string }

const Snoowrap = client<Snoowrap>('snoowrap')
const { rawRequest } = Snoowrap.prototype as Reddit

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, brand: 'empty' })
})
afterEach(() => sandbox.close())

/** The library with the brand's app and a grant; its two hosts are the sandbox's. */
function signIn(grant: Record<string, string>): Reddit {
  class Led extends Snoowrap {
    override rawRequest(options: { baseUrl: string }): unknown {
      return rawRequest.call(this, { ...options, baseUrl: options.baseUrl.replace('https://', `${sandbox.urls.reddit}/`) })
    }
  }
  const { clientId, clientSecret } = sandbox.secrets.reddit
  const reddit = new Led({ userAgent: 'web:example.judge:v1 (by /u/fieldnote)', clientId, clientSecret, ...grant })
  // It is built on promises that warn of many things of their own.
  reddit.config({ warnings: false, maxRetryAttempts: 1 })
  return reddit
}
const usual = (): Reddit => signIn({ refreshToken: sandbox.secrets.reddit.refreshToken })
const post = (text: string): string => speak(sandbox.world, { platform: 'reddit', author: 'brand', text }).id
const say = (name: string, text: string, parentId: string | null, mention?: boolean): string =>
  speak(sandbox.world, { platform: 'reddit', author: { name }, text, parentId, mention }).id
const bare = (name: string): string => name.slice(3)
const namesOf = (things: Iterable<{ name: string }>): string[] => Array.from(things, ({ name }) => name)
/** What was read, without the objects behind it: those ask the site as soon as anybody looks at them. */
const plain = ({ name, body, parent_id, likes, author }: Comment) => ({ name, body, parentId: parent_id, likes, author: author.name })

test('signs in by either grant, and is told who it is', async () => {
  const { username, password, accountId } = sandbox.secrets.reddit
  for (const reddit of [usual(), signIn({ username, password })])
    expect(await reddit.getMe().then(({ name, id }) => ({ name, id }))).toEqual({ name: username, id: bare(accountId) })
  await expect(signIn({ username, password: 'wrong' }).getMe()).rejects.toThrow('Invalid grant')
  await expect(signIn({ refreshToken: 'wrong' }).getMe()).rejects.toMatchObject({ statusCode: 400 })
})

test('reads a post with its whole tree, through every “more” and “continue this thread”', async () => {
  const id = post('Which dye next?')
  const tops = Array.from({ length: 230 }, (_, number) => say(`P${number}`, `comment ${number} & <more>`, id))
  let above = tops[0]!
  const deep = Array.from({ length: 14 }, (_, number) => (above = say('Bo', `level ${number + 1}`, above)))
  const submission = await usual().getSubmission(bare(id)).fetch()
  expect([submission.name, submission.num_comments, submission.author.name]).toEqual([id, 244, 'fieldnote'])
  const whole = await usual().getSubmission(bare(id)).expandReplies({ limit: Infinity, depth: Infinity })
  const seen = new Map<string, ReturnType<typeof plain>>()
  const walk = (comments: Listing<Comment>): void => {
    for (const each of comments) {
      seen.set(each.name, plain(each))
      walk(each.replies)
    }
  }
  walk(whole.comments)
  expect([...tops, ...deep].filter((each) => !seen.has(each))).toEqual([])
  expect(seen.get(deep[13]!)).toMatchObject({ parentId: deep[12], body: 'level 14', author: expect.stringMatching(/^bo/i) })
  expect(seen.get(tops[5]!)?.body).toBe('comment 5 & <more>')
})

test('reads the inbox by its parts, page by page, and marks what it read', async () => {
  const id = post('Which dye next?')
  const top = say('Ana', 'Madder, please', id)
  const answer = speak(sandbox.world, { platform: 'reddit', author: 'brand', text: 'Noted', parentId: top }).id
  const below = say('Ana', 'Thank you', answer)
  const mention = say('Chen', 'ask /u/fieldnote', null, true)
  const reddit = usual()
  expect(namesOf(await reddit.getInbox()).toSorted()).toEqual([top, below, mention].toSorted())
  expect(namesOf(await reddit.getInbox({ filter: 'mentions' }))).toEqual([mention])
  expect(namesOf(await reddit.getInbox({ filter: 'comments' }))).toEqual([below])
  const unread = await reddit.getUnreadMessages({ limit: 2 })
  expect(namesOf(unread)).toHaveLength(2)
  expect(namesOf(await unread.fetchMore({ amount: 5 })).toSorted()).toEqual([top, below, mention].toSorted())
  await reddit.markMessagesAsRead([...unread])
  expect(namesOf(await reddit.getUnreadMessages())).toHaveLength(1)
})

test('answers, edits, votes, moderates and deletes; what it wrote is in its own list', async () => {
  const id = post('Which dye next?')
  const top = say('Ana', 'Madder, please', id)
  const reddit = usual()
  const reply = await reddit.getComment(bare(top)).reply('From Monday & <on>')
  expect(plain(reply)).toMatchObject({ parentId: top, body: 'From Monday & <on>', author: 'fieldnote' })
  await reply.edit('From Tuesday')
  const fetched = await reddit.getComment(bare(reply.name)).fetch()
  expect(fetched.body).toBe('From Tuesday')
  expect(namesOf(await reddit.getUser('fieldnote').getComments({ limit: 5 }))).toEqual([reply.name])
  expect(namesOf(await reddit.getUser('fieldnote').getSubmissions())).toContain(id)
  await reddit.getComment(bare(top)).upvote()
  expect((await reddit.getComment(bare(top)).fetch()).likes).toBe(true)
  await reddit.getComment(bare(top)).unvote()
  expect((await reddit.getComment(bare(top)).fetch()).likes).toBe(null)
  await reddit.getComment(bare(top)).remove()
  await reddit.getComment(bare(top)).approve()
  await reply.delete()
  expect((await reddit.getComment(bare(reply.name)).fetch()).author.name).toBe('[deleted]')
  expect(namesOf(await reddit.getUser('fieldnote').getComments())).toEqual([])
})

test('reads a refusal: nobody there, words that are too long, a token that was taken back', async () => {
  const id = post('Which dye next?')
  const reddit = usual()
  await expect(reddit.getComment('zzzzzz').reply('Hello')).rejects.toThrow(/./)
  await expect(reddit.getSubmission(bare(id)).reply('x'.repeat(10_001))).rejects.toThrow('TOO_LONG')
  await expect(reddit.getUser('nobody_at_all').fetch()).rejects.toMatchObject({ statusCode: 404 })
  sandbox.faults.setToken('reddit', 'revoked', new Date())
  await expect(reddit.getInbox()).rejects.toMatchObject({ statusCode: 401 })
})

test('sends a person to agree, and turns the code that they come back with into a lasting grant', async () => {
  const { clientId } = sandbox.secrets.reddit
  const redirectUri = 'http://127.0.0.1:1/back'
  const address = Snoowrap.getAuthUrl({ clientId, scope: ['identity', 'read', 'submit'], redirectUri, permanent: true, state: 's-1' })
  const back = await agree(address.replace('https://', `${sandbox.urls.reddit}/`), { authorize: 'Allow' })
  expect(back.searchParams.get('state')).toBe('s-1')
  const form = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: redirectUri }
  const tokens = await usual().credentialedClientRequest({ method: 'post', uri: 'api/v1/access_token', form })
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'identity read submit' })
  expect((await signIn({ refreshToken: tokens['refresh_token'] ?? '' }).getMe()).name).toBe('fieldnote')
})
