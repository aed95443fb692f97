import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox.ts'
import type { Sandbox } from '../../src/sandbox.ts'
import { speak } from '../../src/world/speak.ts'
import { agree, client } from './client.ts'

type Comment = {
  id: string
  snippet: { textOriginal?: string; textDisplay: string; parentId?: string; authorChannelId?: { value: string } }
}
type Thread = {
  id: string
  snippet: { videoId: string; totalReplyCount: number; topLevelComment: Comment }
  replies?: { comments: Comment[] }
}
type Page<T> = { data: { items: T[]; nextPageToken?: string; pageInfo: { totalResults: number } } }
type Call<T> = (params: object) => Promise<T>
type YouTube = {
  channels: { list: Call<Page<{ id: string; contentDetails: { relatedPlaylists: { uploads: string } } }>> }
  playlistItems: { list: Call<Page<{ contentDetails: { videoId: string } }>> }
  videos: { list: Call<Page<{ id: string; snippet: { title: string }; statistics: { commentCount: string } }>> }
  commentThreads: { list: Call<Page<Thread>>; insert: Call<{ data: Thread }> }
  comments: {
    list: Call<Page<Comment>>
    insert: Call<{ status: number; data: Comment }>
    update: Call<{ data: Comment }>
    delete: Call<{ status: number }>
    setModerationStatus: Call<{ status: number }>
  }
}
type Tokens = { refresh_token?: string; access_token?: string; scope?: string }
type Auth = {
  setCredentials(tokens: Tokens): void
  generateAuthUrl(request: object): string
  getToken(code: string): Promise<{ tokens: Tokens }>
}
type AuthOptions = {
  clientId: string
  clientSecret: string
  redirectUri?: string
  endpoints: { oauth2TokenUrl: string; oauth2AuthBaseUrl?: string }
  forceRefreshOnFailure: boolean
}
type Package = {
  youtube(options: { version: 'v3'; auth: Auth; rootUrl: string }): YouTube
  auth: { OAuth2: new (options: AuthOptions) => Auth }
}

const library = client<Package>('@googleapis/youtube')
let sandbox: Sandbox
let youtube: YouTube
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, brand: 'empty' })
  const { clientId, clientSecret, refreshToken } = sandbox.secrets.youtube
  const endpoints = { oauth2TokenUrl: `${sandbox.urls.youtube}/oauth2.googleapis.com/token` }
  const auth = new library.auth.OAuth2({ clientId, clientSecret, endpoints, forceRefreshOnFailure: true })
  auth.setCredentials({ refresh_token: refreshToken })
  youtube = library.youtube({ version: 'v3', auth, rootUrl: `${sandbox.url}/` })
})
afterEach(() => sandbox.close())

const upload = (text: string): string => speak(sandbox.world, { platform: 'youtube', author: 'brand', text }).id
const say = (name: string, text: string, parentId: string): string =>
  speak(sandbox.world, { platform: 'youtube', author: { name }, text, parentId }).id

test('signs in by itself and finds the channel, its uploads and what stands below each', async () => {
  const video = upload('How a strap is sewn')
  const comments = Array.from({ length: 45 }, (_, number) => say(`P${number}`, `comment ${number} & <more>`, video))
  say('Bo', 'I wonder too', comments[0]!)
  const { data: own } = await youtube.channels.list({ part: ['id', 'contentDetails'], mine: true })
  expect(own.items.map(({ id }) => id)).toEqual([sandbox.world.brand('youtube').id])
  const playlistId = own.items[0]!.contentDetails.relatedPlaylists.uploads
  const { data: uploads } = await youtube.playlistItems.list({ part: ['contentDetails'], playlistId })
  expect(uploads.items[0]?.contentDetails.videoId).toBe(video)
  const { data: videos } = await youtube.videos.list({ part: ['snippet', 'statistics'], id: [video, 'nobody'] })
  expect(videos.items).toMatchObject([{ id: video, statistics: { commentCount: '46' } }])

  const seen: Thread[] = []
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const page: Page<Thread> = await youtube.commentThreads.list({
      part: ['snippet', 'replies'],
      videoId: video,
      maxResults: 20,
      textFormat: 'plainText',
      ...(pageToken !== '' && { pageToken }),
    })
    seen.push(...page.data.items)
    pageToken = page.data.nextPageToken
  }
  expect(seen.map(({ id }) => id).toSorted()).toEqual(comments.toSorted())
  expect(seen.find(({ id }) => id === comments[0])).toMatchObject({
    snippet: { videoId: video, totalReplyCount: 1, topLevelComment: { snippet: { textDisplay: 'comment 0 & <more>' } } },
    replies: { comments: [{ snippet: { textDisplay: 'I wonder too', parentId: comments[0] } }] },
  })
})

test('answers, reads the answer back, edits it, removes it, and puts somebody’s comment away', async () => {
  const video = upload('How a strap is sewn')
  const comment = say('Ana', 'Does it come in blue?', video)
  const answered = await youtube.comments.insert({
    part: ['snippet'],
    requestBody: { snippet: { parentId: comment, textOriginal: 'From Monday' } },
  })
  expect(answered).toMatchObject({ status: 200, data: { snippet: { parentId: comment, textOriginal: 'From Monday' } } })
  const { id } = answered.data
  const below = async (): Promise<string[]> =>
    (await youtube.comments.list({ part: ['snippet'], parentId: comment, textFormat: 'plainText' })).data.items.map(
      ({ snippet }) => snippet.textDisplay,
    )
  expect(await below()).toEqual(['From Monday'])
  await youtube.comments.update({ part: ['snippet'], requestBody: { id, snippet: { textOriginal: 'From Tuesday' } } })
  expect(await below()).toEqual(['From Tuesday'])
  expect((await youtube.comments.delete({ id })).status).toBe(204)
  expect(await below()).toEqual([])
  const own = await youtube.commentThreads.insert({
    part: ['snippet'],
    requestBody: { snippet: { videoId: video, topLevelComment: { snippet: { textOriginal: 'Ask us anything' } } } },
  })
  expect(own.data.snippet.topLevelComment.snippet.authorChannelId?.value).toBe(sandbox.world.brand('youtube').id)
  expect((await youtube.comments.setModerationStatus({ id: [comment], moderationStatus: 'rejected' })).status).toBe(204)
  const { data } = await youtube.commentThreads.list({ part: ['snippet'], videoId: video })
  expect(data.items.map(({ id }) => id)).toEqual([own.data.id])
})

test('reads a refusal as Google’s: its code, its words and its reasons', async () => {
  const video = upload('How a strap is sewn')
  const gone = youtube.comments.insert({ part: ['snippet'], requestBody: { snippet: { parentId: 'nobody', textOriginal: 'Hello' } } })
  await expect(gone).rejects.toMatchObject({
    status: 404,
    response: { data: { error: { errors: [{ reason: 'parentCommentNotFound' }] } } },
  })
  await expect(youtube.commentThreads.list({ part: ['snippet'] })).rejects.toMatchObject({ status: 400 })
  sandbox.world.find('youtube', video)!.extra['commentsDisabled'] = true
  await expect(youtube.commentThreads.list({ part: ['snippet'], videoId: video })).rejects.toMatchObject({
    status: 403,
    response: { data: { error: { errors: [{ reason: 'commentsDisabled', domain: expect.stringContaining('youtube') }] } } },
  })
})

test('renews a token that ran out, and says when the grant is gone', async () => {
  const video = upload('How a strap is sewn')
  const list = () => youtube.commentThreads.list({ part: ['snippet'], videoId: video })
  await list()
  sandbox.faults.setToken('youtube', 'expired', new Date())
  expect((await list()).data.items).toEqual([])
  sandbox.faults.setToken('youtube', 'revoked', new Date())
  await expect(list()).rejects.toMatchObject({ message: expect.stringContaining('invalid_grant') })
})

test('sends a person to agree, and turns the code that they come back with into tokens', async () => {
  const { clientId, clientSecret } = sandbox.secrets.youtube
  const redirectUri = 'http://127.0.0.1:1/back'
  const hosts = sandbox.urls.youtube
  const endpoints = {
    oauth2TokenUrl: `${hosts}/oauth2.googleapis.com/token`,
    oauth2AuthBaseUrl: `${hosts}/accounts.google.com/o/oauth2/v2/auth`,
  }
  const auth = new library.auth.OAuth2({ clientId, clientSecret, redirectUri, endpoints, forceRefreshOnFailure: false })
  const scope = ['https://www.googleapis.com/auth/youtube.force-ssl']
  const back = await agree(auth.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope, state: 's-1' }), { answer: 'allow' })
  expect(back.searchParams.get('state')).toBe('s-1')
  const { tokens } = await auth.getToken(back.searchParams.get('code') ?? '')
  expect(tokens).toMatchObject({ refresh_token: expect.stringMatching(/^1/), scope: scope[0] })
  auth.setCredentials({ refresh_token: tokens.refresh_token! })
  const { data } = await library.youtube({ version: 'v3', auth, rootUrl: `${sandbox.url}/` }).channels.list({ part: ['id'], mine: true })
  expect(data.items).toHaveLength(1)
  await expect(auth.getToken(back.searchParams.get('code') ?? '')).rejects.toMatchObject({
    message: expect.stringContaining('invalid_grant'),
  })
})
