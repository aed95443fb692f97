import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { mp4, png } from './pictures.ts'

let sandbox: Sandbox
let comment: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  const post = sandbox.world.posts('x', true)[0]!
  comment = speak(sandbox.world, { platform: 'x', author: { name: 'Kai' }, text: 'how does it look?', parentId: post.id })
})
afterEach(() => sandbox.close())

async function call(method: string, path: string, body?: FormData | object): Promise<{ status: number; body: any }> {
  const isForm = body instanceof FormData
  const headers = {
    authorization: `Bearer ${sandbox.secrets.x.accessToken}`,
    ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
  }
  const answer = await fetch(`${sandbox.urls.x}/2/${path}`, { method, headers, body: isForm ? body : body && JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

function form(fields: Record<string, string>, bytes?: Buffer<ArrayBuffer>): FormData {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) made.set(name, value)
  if (bytes) made.set('media', new Blob([bytes]), 'bag.png')
  return made
}

const upload = async (bytes: Buffer<ArrayBuffer>): Promise<string> =>
  (await call('POST', 'media/upload', form({ media_category: 'tweet_image' }, bytes))).body.data.id as string
const answer = (ids: string[], text?: string) =>
  call('POST', 'tweets', { ...(text ? { text } : {}), reply: { in_reply_to_tweet_id: comment.id }, media: { media_ids: ids } })

test('photos go with a reply in the order asked, with their descriptions; the text ends in a link to them', async () => {
  const ids = [await upload(png({ shade: 1 })), await upload(png({ shade: 2, width: 9 }))].reverse()
  const described = await call('POST', 'media/metadata', { id: ids[0], metadata: { alt_text: { text: 'A wide bag' } } })
  expect(described.body).toEqual({ data: { id: ids[0], associated_metadata: { alt_text: { text: 'A wide bag' } } } })
  const { status, body } = await answer(ids, 'Like these')
  expect([status, body.data.text]).toEqual([201, expect.stringMatching(/^@kai Like these https:\/\/t\.co\/\w{10}$/)])
  const query = 'tweet.fields=attachments,entities&expansions=attachments.media_keys&media.fields=url,alt_text,width'
  const read = await call('GET', `tweets/${body.data.id}?${query}`)
  expect(read.body.data.attachments.media_keys).toEqual(ids.map((id) => `3_${id}`))
  expect(read.body.data.entities.urls[0]).toMatchObject({ media_key: `3_${ids[0]}`, start: 16 })
  expect(read.body.includes.media).toMatchObject([
    { type: 'photo', alt_text: 'A wide bag', width: 9 },
    { type: 'photo', width: 4 },
  ])
  const shown = await fetch(read.body.includes.media[1].url as string)
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png({ shade: 1 }))
  const page = await (await fetch(`${sandbox.url}/x/p/${sandbox.world.items.x.get(comment.rootId)?.key}`)).text()
  expect(page).toContain('alt="A wide bag"')
})

test('the official way in pieces: a film is worked on before a post takes it', async () => {
  const bytes = mp4()
  const begun = await call('POST', 'media/upload/initialize', {
    media_type: 'video/mp4',
    total_bytes: bytes.length,
    media_category: 'tweet_video',
  })
  const { id } = begun.body.data as { id: string }
  await call('POST', `media/upload/${id}/append`, form({ segment_index: '1' }, bytes.subarray(30)))
  const early = await call('POST', `media/upload/${id}/finalize`)
  expect(early.body).toMatchObject({ title: 'Invalid Request' })
  await call('POST', `media/upload/${id}/append`, form({ segment_index: '0' }, bytes.subarray(0, 30)))
  const done = await call('POST', `media/upload/${id}/finalize`)
  expect(done.body.data.processing_info.state).toBe('pending')
  expect((await answer([id])).status).toBe(400)
  const states = []
  for (let looks = 0; looks < 2; looks += 1)
    states.push((await call('GET', `media/upload?command=STATUS&media_id=${id}`)).body.data.processing_info.state)
  expect(states).toEqual(['in_progress', 'succeeded'])
  const { body } = await answer([id])
  expect(sandbox.world.mediaOf(sandbox.world.find('x', body.data.id as string)!)[0]?.file.bytes).toEqual(bytes)
})

test.each<[string, () => FormData, string]>([
  ['no category', () => form({}, png()), 'media_category'],
  ['no file', () => form({ media_category: 'tweet_image' }), 'media'],
  ['a film as an image', () => form({ media_category: 'tweet_image' }, mp4()), 'media'],
])('an upload with %s is refused', async (_, made, parameter) => {
  const { status, body } = await call('POST', 'media/upload', made())
  expect(status).toBe(400)
  expect(Object.keys(body.errors[0].parameters as object)).toEqual([parameter])
})

test('a post refuses files that nobody knows, five of them, and a film beside a picture, and is not written', async () => {
  const id = await upload(png())
  for (const ids of [['123'], [], [id, id, id, id, id]]) expect((await answer(ids, 'Here')).status).toBe(400)
  expect(comment.replyIds).toEqual([])
})
