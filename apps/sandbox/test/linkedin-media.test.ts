import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { callRest, enc } from './linkedin.ts'
import { jpeg, mp4 } from './pictures.ts'

let sandbox: Sandbox
let post: Item
let asked: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('linkedin', true)[0]!
  asked = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Ana Ruiz' }, text: 'How does it look?', parentId: post.id })
})
afterEach(() => sandbox.close())

const owner = (): string => sandbox.world.brand('linkedin').id
const begin = () => callRest(sandbox, 'POST', '/images?action=initializeUpload', { body: { initializeUploadRequest: { owner: owner() } } })
const put = (address: string, bytes: Buffer<ArrayBuffer>, token = sandbox.secrets.linkedin.accessToken) =>
  fetch(address, { method: 'PUT', headers: { authorization: `Bearer ${token}` }, body: bytes })
const statusOf = async (urn: string): Promise<string> => (await callRest(sandbox, 'GET', `/images/${enc(urn)}`)).body.status as string

async function uploaded(bytes: Buffer<ArrayBuffer>): Promise<string> {
  const { uploadUrl, image } = (await begin()).body.value as { uploadUrl: string; image: string }
  expect((await put(uploadUrl, bytes)).status).toBe(201)
  return image
}

const answer = (image: string) =>
  callRest(sandbox, 'POST', `/socialActions/${enc(asked.id)}/comments`, {
    body: {
      actor: owner(),
      object: `urn:li:activity:${/activity:(\d+)/.exec(asked.id)?.[1]}`,
      parentComment: asked.id,
      message: { text: 'Like this' },
      content: [{ entity: { image } }],
    },
  })

test('an image is announced, put, processed, and goes with a comment', async () => {
  const { image, uploadUrl } = (await begin()).body.value as { uploadUrl: string; image: string }
  expect(image).toMatch(/^urn:li:image:\w+$/)
  expect(await statusOf(image)).toBe('WAITING_UPLOAD')
  await put(uploadUrl, jpeg())
  expect([await statusOf(image), await statusOf(image)]).toEqual(['PROCESSING', 'AVAILABLE'])
  const { status, body } = await answer(image)
  expect([status, body.content]).toEqual([201, [{ entity: { image }, type: 'IMAGE', url: expect.stringMatching(/\.jpg$/) }]])
  const shown = await fetch(body.content[0].url as string)
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(jpeg())
  expect(await (await fetch(`${sandbox.url}/linkedin/p/${post.key}`)).text()).toMatch(/<img src="\/files\/[0-9a-f]{24}\.jpg"/)
})

test('what is no image says so in its status, and no comment takes it', async () => {
  const image = await uploaded(mp4())
  await statusOf(image)
  expect(await statusOf(image)).toBe('PROCESSING_FAILED')
  expect((await answer(image)).status).toBe(400)
  expect((await answer('urn:li:image:nothing')).status).toBe(400)
  expect(asked.replyIds).toEqual([])
})

test('only the page’s own administrator puts images, and only for the page', async () => {
  const { uploadUrl } = (await begin()).body.value as { uploadUrl: string }
  expect((await put(uploadUrl, jpeg(), 'another')).status).toBe(401)
  const body = { initializeUploadRequest: { owner: 'urn:li:organization:1' } }
  expect((await callRest(sandbox, 'POST', '/images?action=initializeUpload', { body })).status).toBe(403)
})
