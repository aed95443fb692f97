import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let video: Item
let accessToken: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  video = sandbox.world.posts('youtube', true)[0] as Item
  accessToken = (await refresh()).body.access_token
})
afterEach(() => sandbox.close())

type Comment = {
  id: string
  snippet: {
    parentId?: string
    textDisplay: string
    textOriginal?: string
    authorDisplayName: string
    authorChannelId?: { value: string }
    moderationStatus?: string
    publishedAt: string
  }
}
type Thread = { id: string; snippet: { totalReplyCount: number; topLevelComment: Comment }; replies?: { comments: Comment[] } }
type Body<Entry> = Entry & { items: Entry[]; nextPageToken?: string; error: { errors: { reason: string; domain: string }[] } }
type Answer<Entry> = { status: number; body: Body<Entry> }

async function call<Entry = Comment>(method: string, path: string, body?: object): Promise<Answer<Entry>> {
  const headers = { authorization: `Bearer ${accessToken}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const answer = await fetch(`${sandbox.urls.youtube}/youtube/v3/${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Body<Entry> }
}

async function refresh(change: Record<string, string> = {}) {
  const { clientId, clientSecret, refreshToken } = sandbox.secrets.youtube
  const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken, ...change }
  const answer = await fetch(`${sandbox.urls.youtube}/oauth2.googleapis.com/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, body: (await answer.json()) as { access_token: string; refresh_token?: string; error?: string } }
}

const say = (text: string, parent: Item = video, name = 'Ana'): Item =>
  speak(sandbox.world, { platform: 'youtube', author: { name }, text, parentId: parent.id })
const threads = (more = '') =>
  call<Thread>(
    'GET',
    `commentThreads?part=snippet,replies&allThreadsRelatedToChannelId=${sandbox.world.brand('youtube').id}&order=time${more}`,
  )
const reasonOf = ({ body }: Answer<unknown>): string | undefined => body.error.errors[0]?.reason

test('a thread has its comment, the id of its writer, and a few of its replies; the rest is asked for', async () => {
  const top = say('Nice <3')
  const replies = Array.from({ length: 7 }, (_, n) => say(`reply ${n}`, top, 'Bo'))
  const { body } = await threads('&textFormat=plainText')
  const [thread] = body.items
  expect(thread).toMatchObject({ id: top.id, snippet: { totalReplyCount: 7, topLevelComment: { id: top.id } } })
  expect(thread?.snippet.topLevelComment.snippet).toMatchObject({
    textDisplay: 'Nice <3',
    authorDisplayName: '@Ana',
    authorChannelId: { value: top.authorId },
  })
  expect(thread?.snippet.topLevelComment.snippet.textOriginal, 'for the author alone').toBeUndefined()
  expect(thread?.snippet.topLevelComment.snippet.publishedAt).toMatch(/:\d\dZ$/)
  expect(thread?.replies?.comments).toHaveLength(5)
  const all = await call('GET', `comments?part=snippet&parentId=${top.id}&maxResults=100`)
  expect(new Set(all.body.items.map(({ id }) => id))).toEqual(new Set(replies.map(({ id }) => id)))
  expect(replies[0]?.id.startsWith(`${top.id}.`)).toBe(true)
  expect((await threads()).body.items[0]?.snippet.topLevelComment.snippet.textDisplay, 'HTML unless asked').toBe('Nice &lt;3')
})

test('a new reply does not lift an old thread, and replies to replies stand on their level with a name', async () => {
  const older = say('first')
  const newer = say('second')
  const below = say('and again', say('below', older, 'Bo'), 'Chen')
  expect(below).toMatchObject({ parentId: older.id, text: '@bo and again' })
  const pages = [await threads('&maxResults=1')]
  pages.push(await threads(`&maxResults=1&pageToken=${pages[0]?.body.nextPageToken}`))
  const placed = [newer.id, older.id].toSorted()
  expect(pages.flatMap(({ body }) => body.items.map(({ id }) => id)).toSorted()).toEqual(placed)
  expect(pages[1]?.body.nextPageToken).toBeUndefined()
})

test('answers below a top comment, edits, and deletes with all below', async () => {
  const top = say('Does it ship?')
  const made = await call('POST', 'comments?part=snippet', { snippet: { parentId: top.id, textOriginal: 'Monday' } })
  expect(made).toMatchObject({ status: 200, body: { snippet: { parentId: top.id, textOriginal: 'Monday' } } })
  const { id } = made.body
  await call('PUT', 'comments?part=snippet', { id, snippet: { textOriginal: 'Tuesday' } })
  expect(sandbox.world.find('youtube', id)?.text).toBe('Tuesday')
  expect((await call('DELETE', `comments?id=${top.id}`)).status).toBe(204)
  expect((await call('GET', `comments?part=snippet&id=${top.id},${id}`)).body.items).toEqual([])
  expect(sandbox.world.journal.ledger.map(({ method }) => method)).toEqual(['POST', 'PUT', 'DELETE'])
})

test('refuses by reason', async () => {
  const top = say('?')
  const reply = say('!', top)
  const write = (parentId: string | undefined, textOriginal: string) =>
    call('POST', 'comments?part=snippet', { snippet: { parentId, textOriginal } })
  expect(reasonOf(await write(undefined, 'x'))).toBe('parentIdMissing')
  expect(reasonOf(await write(reply.id, 'x'))).toBe('parentCommentNotFound')
  expect(reasonOf(await write(top.id, ' '))).toBe('commentTextRequired')
  expect(reasonOf(await write(top.id, 'x'.repeat(10_001)))).toBe('commentTextTooLong')
  expect(reasonOf(await call('GET', `commentThreads?part=id&id=${top.id}&maxResults=5`))).toBe('incompatibleParameters')
  expect(reasonOf(await call('GET', 'commentThreads?part=id'))).toBe('missingRequiredParameter')
  expect(reasonOf(await call('GET', `commentThreads?part=id&videoId=${video.id}&pageToken=x`))).toBe('invalidPageToken')
  expect(reasonOf(await call('GET', 'commentThreads?part=id&videoId=x'))).toBe('videoNotFound')
  video.extra['commentsDisabled'] = true
  expect(await write(top.id, 'x')).toMatchObject({ status: 403, body: { error: { errors: [{ reason: 'commentsDisabled' }] } } })
  accessToken = 'ya29.nothing'
  expect(await call('GET', 'channels?part=id&mine=true')).toMatchObject({ status: 401, body: { error: { status: 'UNAUTHENTICATED' } } })
})

test('what waits for a moderator is in a list of its own, until it is published or rejected', async () => {
  sandbox.faults.setQuirks({ heldComments: 1 })
  const held = say('blocked word')
  const listed = async (status: string) => (await threads(`&moderationStatus=${status}`)).body.items.map(({ id }) => id)
  expect([await listed('published'), await listed('heldForReview')]).toEqual([[], [held.id]])
  const moderate = (status: string, more = '') =>
    call('POST', `comments/setModerationStatus?id=${held.id}&moderationStatus=${status}${more}`)
  expect((await moderate('published')).status).toBe(204)
  expect(await listed('published')).toEqual([held.id])
  expect(reasonOf(await moderate('heldForReview', '&banAuthor=true'))).toBe('banWithoutReject')
  await moderate('rejected')
  expect([await listed('published'), await listed('heldForReview')]).toEqual([[], []])
})

test('the same words again may be taken and shown to nobody', async () => {
  sandbox.faults.setQuirks({ spamFiltersRepeats: true })
  const write = () => call('POST', 'comments?part=snippet', { snippet: { parentId: top.id, textOriginal: 'Monday' } })
  const top = say('Does it ship?')
  await write()
  expect((await write()).status).toBe(200)
  expect((await call('GET', `comments?part=snippet&parentId=${top.id}`)).body.items).toHaveLength(1)
})

test('lists the channel, its uploads and their numbers as texts', async () => {
  const top = say('one')
  say('two', top)
  const { body } = await call<{ contentDetails: { relatedPlaylists: { uploads: string } } }>(
    'GET',
    'channels?part=contentDetails&mine=true',
  )
  const uploads = body.items[0]?.contentDetails.relatedPlaylists.uploads
  const list = await call<{ contentDetails: { videoId: string } }>('GET', `playlistItems?part=contentDetails&playlistId=${uploads}`)
  expect(list.body.items.map((each) => each.contentDetails.videoId)).toEqual([video.id])
  const videos = await call<{ snippet: { title: string }; statistics: object }>('GET', `videos?part=snippet,statistics&id=${video.id},gone`)
  expect(videos.body.items).toMatchObject([{ snippet: { title: video.title }, statistics: { commentCount: '2', likeCount: '0' } }])
})

test('counts units: a write costs fifty, a refused one as well', async () => {
  await sandbox.close()
  sandbox = await startSandbox({ port: 0, enforceLimits: true })
  accessToken = (await refresh()).body.access_token
  for (let n = 0; n < 200; n += 1) await call('POST', 'comments?part=snippet', {})
  const over = await call('GET', 'channels?part=id&mine=true')
  expect(over).toMatchObject({ status: 403, body: { error: { errors: [{ reason: 'quotaExceeded', domain: 'youtube.quota' }] } } })
})

test('refresh tokens stay, until they are revoked; a client has to be right', async () => {
  sandbox.faults.setToken('youtube', 'expired', new Date())
  expect((await call('GET', 'channels?part=id&mine=true')).status).toBe(401)
  accessToken = (await refresh()).body.access_token
  expect((await call('GET', 'channels?part=id&mine=true')).status).toBe(200)
  expect((await refresh({ client_secret: 'x' })).status).toBe(401)
  sandbox.faults.setToken('youtube', 'revoked', new Date())
  expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a code gives a grant that lasts to whoever asked offline, once', async () => {
  const { clientId, clientSecret } = sandbox.secrets.youtube
  const address = `${sandbox.urls.youtube}/accounts.google.com/o/oauth2/v2/auth`
  const redirectUri = 'http://127.0.0.1:9/back'
  const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 's', state: 'st', access_type: 'offline' }
  const page = await fetch(`${address}?${new URLSearchParams(query)}`)
  expect(await page.text()).toContain('wants access to your YouTube channel')
  const form = new URLSearchParams({ ...query, prompt: 'consent', answer: 'allow' })
  const back = await fetch(address, { method: 'POST', body: form, redirect: 'manual' })
  const { searchParams } = new URL(back.headers.get('location') ?? '')
  expect(searchParams.get('state')).toBe('st')
  const grant = {
    grant_type: 'authorization_code',
    code: searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    client_secret: clientSecret,
  }
  const { body } = await refresh(grant)
  accessToken = body.access_token
  expect((await call('GET', 'channels?part=id&mine=true')).status).toBe(200)
  expect((await refresh({ refresh_token: body.refresh_token ?? '' })).status).toBe(200)
  expect(await refresh(grant)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('parts and ids come between commas, or each under the same name again as Google’s own libraries write them', async () => {
  const [one, two] = [say('one'), say('two')]
  for (const query of [`part=id,snippet&id=${one.id},${two.id}`, `part=id&part=snippet&id=${one.id}&id=${two.id}`]) {
    const { body } = await call('GET', `comments?textFormat=plainText&${query}`)
    expect(body.items.map((item) => item.snippet.textDisplay)).toEqual(['one', 'two'])
  }
})
