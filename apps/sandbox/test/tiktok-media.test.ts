import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { jpeg, mp4, png } from './pictures.ts'

let sandbox: Sandbox
let video: Item
let asked: Item
let token: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  video = sandbox.world.posts('tiktok', true)[0]!
  asked = speak(sandbox.world, { platform: 'tiktok', author: { name: 'Mika' }, text: 'how does it look', parentId: video.id })
  const { appId: client_id, appSecret: client_secret, refreshToken: refresh_token } = sandbox.secrets.tiktok
  const granted = await send('/tt_user/oauth2/refresh_token/', { client_id, client_secret, grant_type: 'refresh_token', refresh_token })
  token = String(granted.data['access_token'])
})
afterEach(() => sandbox.close())

type Body = { code: number; message: string; data: Record<string, unknown> }

async function send(path: string, body: FormData | object): Promise<Body> {
  const isForm = body instanceof FormData
  const headers = { 'access-token': token ?? '', ...(isForm ? {} : { 'content-type': 'application/json' }) }
  const url = `${sandbox.urls.tiktok}/open_api/v1.3${path}`
  const answer = await fetch(url, { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Body
}

function upload(bytes: Buffer<ArrayBuffer> | null, account = sandbox.secrets.tiktok.openId): Promise<Body> {
  const form = new FormData()
  form.set('business_id', account)
  if (bytes) form.set('image_file', new Blob([bytes]), 'bag.png')
  return send('/business/comment/image/upload/', form)
}

const answer = (more: object): Promise<Body> =>
  send('/business/comment/reply/create/', {
    business_id: sandbox.secrets.tiktok.openId,
    video_id: video.id,
    comment_id: asked.id,
    ...more,
  })

test('an image is named in a reply with its size, and shown; words may be missing then', async () => {
  const picture = png({ width: 720, height: 480 })
  const { data } = await upload(picture)
  expect(data).toMatchObject({ image_width: 720, image_height: 480 })
  const made = await answer(data)
  expect([made.code, made.data['image_url']]).toEqual([0, expect.stringMatching(/\.png$/)])
  const shown = await fetch(String(made.data['image_url']))
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(picture)
  expect(await (await fetch(`${sandbox.url}/tiktok/p/${video.key}`)).text()).toMatch(/<img src="\/files\/[0-9a-f]{24}\.png"/)
})

test.each([
  ['a film', mp4(), 'image_file'],
  ['one that is too small', png({ width: 359, height: 500 }), 'image_file'],
  ['one that is too large', jpeg({ width: 4_000, height: 3_000 }), 'image_file'],
  ['nothing', null, 'image_file'],
])('%s is refused', async (_, bytes, named) => {
  const { code, message } = await upload(bytes)
  expect(code).not.toBe(0)
  expect(message).toContain(named)
})

test('an image of nobody, or without its size, goes with no comment', async () => {
  const { data } = await upload(png({ width: 400, height: 400 }))
  expect((await answer({ text: 'Here', image_uri: 'tos-pretend/0', image_width: 400, image_height: 400 })).code).not.toBe(0)
  expect((await answer({ text: 'Here', image_uri: data['image_uri'] })).message).toContain('image_width')
  expect((await upload(png(), 'another')).code).not.toBe(0)
  expect(asked.replyIds).toEqual([])
})
