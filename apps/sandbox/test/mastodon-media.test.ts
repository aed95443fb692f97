import { createRestAPIClient } from 'masto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { mp4, png } from './pictures.ts'

let sandbox: Sandbox
let postId: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  postId = sandbox.world.posts('mastodon', true)[0]?.id ?? ''
})
afterEach(() => sandbox.close())

async function call(path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${sandbox.secrets.mastodon.accessToken}`, ...(init.headers as Record<string, string>) }
  const answer = await fetch(`${sandbox.urls.mastodon}/api/${path}`, { ...init, headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const send = (path: string, method: string, body: object) =>
  call(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

function upload(bytes: Buffer<ArrayBuffer> | null, description?: string) {
  const form = new FormData()
  if (bytes) form.set('file', new Blob([bytes], { type: 'image/png' }), 'stand.png')
  if (description !== undefined) form.set('description', description)
  return call('v2/media', { method: 'POST', body: form })
}

test('masto uploads pictures, and a status carries them in the order asked, with their descriptions', async () => {
  const { accessToken } = sandbox.secrets.mastodon
  const masto = createRestAPIClient({ url: sandbox.urls.mastodon, accessToken })
  const first = await masto.v2.media.create({ file: new Blob([png({ shade: 1 })]), description: 'A grey tote' })
  const second = await masto.v2.media.create({ file: new Blob([png({ shade: 2, width: 8 })]) })
  const status = await masto.v1.statuses.create({ status: '', mediaIds: [second.id, first.id], inReplyToId: postId })
  expect(status.mediaAttachments.map(({ id, type, description }) => ({ id, type, description }))).toEqual([
    { id: second.id, type: 'image', description: null },
    { id: first.id, type: 'image', description: 'A grey tote' },
  ])
  expect(status.mediaAttachments[0]?.meta).toMatchObject({ original: { width: 8, height: 3 } })
  const shown = await fetch(status.mediaAttachments[1]?.url ?? '')
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png({ shade: 1 }))
})

test('the public page shows the picture with its description', async () => {
  const { body } = await upload(png(), 'Two <totes>')
  const status = await send('v1/statuses', 'POST', { status: 'Here', media_ids: [body['id']], in_reply_to_id: postId })
  const page = await (await fetch(String(status.body['url']))).text()
  expect(page).toMatch(/<img src="\/files\/[0-9a-f]{24}\.png" alt="Two &lt;totes&gt;"/)
})

test('a film is processed first: 202 without an address, 206, then 200; no status takes it before', async () => {
  const { status, body } = await upload(mp4())
  expect([status, body['url'], body['type']]).toEqual([202, null, 'video'])
  const early = await send('v1/statuses', 'POST', { status: 'Now', media_ids: [body['id']] })
  expect([early.status, early.body['error']]).toEqual([
    422,
    'Validation failed: Cannot attach files that have not finished processing. Try again in a moment!',
  ])
  expect((await call(`v1/media/${String(body['id'])}`)).status).toBe(206)
  expect(await call(`v1/media/${String(body['id'])}`)).toMatchObject({ status: 200, body: { url: expect.stringContaining('.mp4') } })
  expect((await send('v1/statuses', 'POST', { status: 'Now', media_ids: [body['id']] })).status).toBe(200)
})

test('refuses no file, what is no picture, a long description, five files, unknown ones and those of another status', async () => {
  expect(await upload(null)).toMatchObject({ status: 422, body: { error: "Validation failed: File can't be blank" } })
  expect((await upload(Buffer.from('hello'))).status).toBe(422)
  expect((await upload(png(), 'x'.repeat(1_501))).status).toBe(422)
  const ids = []
  for (let shade = 0; shade < 5; shade += 1) ids.push((await upload(png({ shade }))).body['id'])
  expect((await send('v1/statuses', 'POST', { status: 'five', media_ids: ids })).body['error']).toContain('more than 4')
  expect((await send('v1/statuses', 'POST', { status: 'none', media_ids: ['7'] })).body['error']).toContain('Media 7 not found')
  expect((await send('v1/statuses', 'POST', { status: 'one', media_ids: [ids[0]] })).status).toBe(200)
  expect((await send('v1/statuses', 'POST', { status: 'again', media_ids: [ids[0]] })).status).toBe(422)
  expect((await call(`v1/media/${String(ids[0])}`)).status).toBe(404)
  expect(sandbox.world.items.mastodon.size).toBe(2)
})

test('an edit keeps the attachments that it names and drops the others; a description can change before and with it', async () => {
  const id = String((await upload(png(), 'first')).body['id'])
  await send(`v1/media/${id}`, 'PUT', { description: 'second' })
  const status = await send('v1/statuses', 'POST', { status: 'one', media_ids: [id] })
  const path = `v1/statuses/${String(status.body['id'])}`
  const kept = await send(path, 'PUT', { status: 'two', media_ids: [id], media_attributes: [{ id, description: 'third' }] })
  expect(kept.body['media_attachments']).toMatchObject([{ id, description: 'third' }])
  expect((await send(path, 'PUT', { status: 'three' })).body['media_attachments']).toEqual([])
})
