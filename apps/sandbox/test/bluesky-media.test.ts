import { AtpAgent } from '@atproto/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { png } from './pictures.ts'

let sandbox: Sandbox
let agent: AtpAgent
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  agent = new AtpAgent({ service: sandbox.urls.bluesky })
  const { identifier, appPassword: password } = sandbox.secrets.bluesky
  await agent.login({ identifier, password })
  post = sandbox.world.posts('bluesky', true)[0] as Item
})
afterEach(() => sandbox.close())

type Blob = Awaited<ReturnType<typeof upload>>

async function upload(bytes: Buffer, encoding = 'image/png') {
  return (await agent.uploadBlob(bytes, { encoding })).data.blob
}

const withImages = (...images: { image: Blob; alt: string; aspectRatio?: { width: number; height: number } }[]) => ({
  embed: { $type: 'app.bsky.embed.images', images },
})

const ref = () => ({ uri: post.id, cid: post.cid })

test('@atproto/api uploads pictures, and an answer without words carries them in order with their descriptions', async () => {
  const first = await upload(png({ shade: 1 }))
  const second = await upload(png({ shade: 2 }), 'application/octet-stream')
  expect([first.mimeType, second.mimeType, first.ref.toString().slice(0, 7)]).toEqual(['image/png', 'image/png', 'bafkrei'])
  const aspectRatio = { width: 4, height: 3 }
  const embed = withImages({ image: second, alt: '', aspectRatio }, { image: first, alt: 'A grey tote' })
  const { uri } = await agent.post({ text: '', reply: { root: ref(), parent: ref() }, ...embed })
  const { data } = await agent.getPosts({ uris: [uri] })
  const shown = data.posts[0]?.embed as { $type: string; images: { alt: string; fullsize: string; aspectRatio?: object }[] }
  expect(shown.$type).toBe('app.bsky.embed.images#view')
  expect(shown.images.map(({ alt, aspectRatio: ratio }) => ({ alt, ratio }))).toEqual([
    { alt: '', ratio: aspectRatio },
    { alt: 'A grey tote', ratio: undefined },
  ])
  expect(Buffer.from(await (await fetch(shown.images[1]?.fullsize ?? '')).arrayBuffer())).toEqual(png({ shade: 1 }))
  const page = await (await fetch(`${sandbox.url}/bluesky/p/${post.key}`)).text()
  expect(page).toContain('alt="A grey tote"')
})

test('an edited record keeps the pictures that it names', async () => {
  const image = await upload(png())
  const { uri } = await agent.post({ text: 'one', ...withImages({ image, alt: 'x' }) })
  const [repo = '', collection = '', rkey = ''] = uri.replace('at://', '').split('/')
  const { data } = await agent.com.atproto.repo.getRecord({ repo, collection, rkey })
  await agent.com.atproto.repo.putRecord({ repo, collection, rkey, record: { ...data.value, text: 'two' } })
  expect(sandbox.world.find('bluesky', uri)).toMatchObject({ text: 'two', media: [{ fileId: image.ref.toString(), alt: 'x' }] })
})

test('refuses nothing at all, five pictures, no description, a blob that is not there, no picture and one too large', async () => {
  const image = await upload(png())
  const refusal = async (record: object) =>
    agent.post({ text: 'x', ...record }).then(
      () => 'accepted',
      (error: { error?: string; message: string }) => `${error.error}: ${error.message}`,
    )
  await expect(upload(Buffer.alloc(0))).rejects.toThrow('Request body is required')
  expect(await refusal(withImages(...Array.from({ length: 5 }, () => ({ image, alt: '' }))))).toContain('InvalidRequest: Invalid app.bsky')
  expect(await refusal({ embed: { $type: 'app.bsky.embed.images', images: [{ image }] } })).toContain('InvalidRequest')
  const text = await upload(Buffer.from('hello'), 'text/plain')
  expect(await refusal(withImages({ image: text, alt: '' }))).toContain('InvalidMimeType: Wrong mimetype')
  const large = await upload(Buffer.concat([png(), Buffer.alloc(2_000_000)]))
  expect(await refusal(withImages({ image: large, alt: '' }))).toContain('BlobTooLarge')
  sandbox.world.files.clear()
  expect(await refusal(withImages({ image, alt: '' }))).toContain('BlobNotFound: Could not find blob')
})
