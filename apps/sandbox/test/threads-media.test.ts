import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { jpeg, mp4, png } from './pictures.ts'

let sandbox: Sandbox
let comment: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  const post = sandbox.world.posts('threads', true)[0]!
  comment = speak(sandbox.world, { platform: 'threads', author: { name: 'Kai' }, text: 'how does it look?', parentId: post.id })
})
afterEach(() => sandbox.close())

async function call(path: string, form?: Record<string, string>): Promise<any> {
  const headers = { authorization: `Bearer ${sandbox.secrets.threads.accessToken}` }
  const answer = await fetch(
    `${sandbox.urls.threads}/v1.0/${path}`,
    form ? { method: 'POST', headers, body: new URLSearchParams(form) } : { headers },
  )
  return answer.json()
}

/** A place that Threads fetches from: files by their path. */
async function shelf(files: Record<string, Buffer>): Promise<string> {
  const server = createServer((request, response) => {
    const file = files[request.url?.slice(1) ?? '']
    response.writeHead(file ? 200 : 404).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const fields = 'fields=text,media_type,media_url,alt_text,children{media_type,alt_text}'

test('a picture is fetched, published with a reply and shown, with its description', async () => {
  const at = await shelf({ 'bag.jpg': jpeg() })
  const { id } = await call('me/threads', {
    media_type: 'IMAGE',
    image_url: `${at}/bag.jpg`,
    alt_text: 'A bag',
    text: 'Like this',
    reply_to_id: comment.id,
  })
  expect((await call(`${id}?fields=status,error_message`)).status).toBe('FINISHED')
  const { id: replyId } = await call('me/threads_publish', { creation_id: id })
  const read = await call(`${replyId}?${fields}`)
  expect(read).toMatchObject({ text: 'Like this', media_type: 'IMAGE', alt_text: 'A bag' })
  expect(Buffer.from(await (await fetch(read.media_url)).arrayBuffer())).toEqual(jpeg())
  const page = await (await fetch(`${sandbox.url}/threads/p/${sandbox.world.items.threads.get(comment.rootId)?.key}`)).text()
  expect(page).toContain('alt="A bag"')
})

test('a carousel takes finished containers in their order, and a film takes its time', async () => {
  const at = await shelf({ 'one.png': png({ shade: 1 }), 'two.mp4': mp4() })
  const one = await call('me/threads', { media_type: 'IMAGE', image_url: `${at}/one.png`, alt_text: 'One', is_carousel_item: 'true' })
  const two = await call('me/threads', { media_type: 'VIDEO', video_url: `${at}/two.mp4`, is_carousel_item: 'true' })
  await expect.poll(async () => (await call(`${two.id}?fields=status`)).status, { timeout: 5_000 }).toBe('FINISHED')
  expect((await call('me/threads', { media_type: 'CAROUSEL', children: one.id })).error.code).toBe(100)
  const whole = await call('me/threads', { media_type: 'CAROUSEL', children: `${two.id},${one.id}`, reply_to_id: comment.id })
  expect((await call('me/threads_publish', { creation_id: one.id })).error.code).toBe(24)
  const { id } = await call('me/threads_publish', { creation_id: whole.id })
  const read = await call(`${id}?${fields}`)
  expect(read.media_type).toBe('CAROUSEL_ALBUM')
  expect(read.text).toBeUndefined()
  expect(read.children.data).toMatchObject([{ media_type: 'VIDEO' }, { media_type: 'IMAGE', alt_text: 'One' }])
})

test('what is not there, or no picture, is refused at once; a film that fails says so when asked', async () => {
  const at = await shelf({ 'film.mp4': mp4() })
  for (const name of ['nothing.png', 'film.mp4']) {
    const { error } = await call('me/threads', { media_type: 'IMAGE', image_url: `${at}/${name}`, text: 'Here', reply_to_id: comment.id })
    expect(error).toMatchObject({ code: 9004, error_subcode: 2207052 })
  }
  expect((await call('me/threads', { media_type: 'IMAGE', text: 'Here' })).error).toMatchObject({ code: 100 })
  const film = await call('me/threads', { media_type: 'VIDEO', video_url: `${at}/nothing.mp4`, reply_to_id: comment.id })
  expect(await call(`${film.id}?fields=status,error_message`)).toMatchObject({ status: 'ERROR', error_message: 'FAILED_DOWNLOADING_VIDEO' })
  expect((await call('me/threads_publish', { creation_id: film.id })).error.code).toBe(24)
  expect(comment.replyIds).toEqual([])
})
