import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { graph } from './graph.ts'
import { mp4, png } from './pictures.ts'
import { startReceiver, until } from './receiver.ts'

let sandbox: Sandbox
let comment: Item
let postPage: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  const post = sandbox.world.posts('facebook', true)[0]!
  comment = speak(sandbox.world, { platform: 'facebook', author: { name: 'Rosa' }, text: 'How does it look?', parentId: post.id })
  postPage = `${sandbox.url}/facebook/p/${post.key}`
})
afterEach(() => sandbox.close())

type Body = { id?: string; post_id?: string; error?: { code: number; error_subcode?: number; error_user_title?: string } }

async function upload(bytes: Buffer<ArrayBuffer> | null, fields: Record<string, string> = { published: 'false' }): Promise<Body> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  if (bytes) form.set('source', new Blob([bytes]), 'tote.png')
  const { pageId, pageAccessToken } = sandbox.secrets.facebook
  const url = `${sandbox.urls.facebook}/v25.0/${pageId}/photos`
  const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${pageAccessToken}` }, body: form })
  return (await answer.json()) as Body
}

test('an unpublished photo goes with a comment, by its id, and the page shows it', async () => {
  const { id, post_id } = await upload(png({ width: 8, height: 6 }), { published: 'false', alt_text_custom: 'A <grey> tote' })
  expect(post_id).toBeUndefined()
  const { body } = await graph(sandbox, `${comment.id}/comments`, { message: 'Like this', attachment_id: id! })
  const read = await graph(sandbox, `${body.id}?fields=id,message,attachment{media,type,target}`)
  const { attachment } = read.body as unknown as { attachment: { media: { image: { src: string } }; type: string; target: { id: string } } }
  expect(attachment).toMatchObject({ type: 'photo', target: { id }, media: { image: { width: 8, height: 6 } } })
  const shown = await fetch(attachment.media.image.src)
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png({ width: 8, height: 6 }))
  expect(await (await fetch(postPage)).text()).toMatch(/<img src="\/files\/[0-9a-f]{24}\.png" alt="A &lt;grey&gt; tote"/)
  const photo = await graph(sandbox, `${id}?fields=alt_text_custom,width`)
  expect(photo.body).toEqual({ id, alt_text_custom: 'A <grey> tote', width: 8 })
})

test('a photo may go without words, and its webhook tells of it without a message', async () => {
  const receiver = await startReceiver()
  onTestFinished(async () => void (await receiver.close()))
  const { pageId, appSecret } = sandbox.secrets.facebook
  sandbox.webhooks.of('facebook').target = { url: receiver.url, secret: appSecret, verifyToken: '' }
  await graph(sandbox, `${pageId}/subscribed_apps`, { subscribed_fields: 'feed' })
  const { id } = await upload(png())
  const { body } = await graph(sandbox, `${comment.id}/comments`, { attachment_id: id! })
  expect(body.error).toBeUndefined()
  const told = () =>
    receiver.received
      .flatMap((each) => (JSON.parse(String(each.body)) as { entry: { changes: { value: Record<string, string> }[] }[] }).entry)
      .flatMap(({ changes }) => changes.map(({ value }) => value))
      .find((value) => value['comment_id'] === body.id)
  await until(() => told() !== undefined)
  const value = told()
  expect(value?.['photo']).toMatch(/\/files\/[0-9a-f]{24}\.png$/)
  expect(value).not.toHaveProperty('message')
})

test('an address is fetched; one that gives no picture is refused, and so is the comment', async () => {
  const server = createServer((request, response) => response.writeHead(request.url === '/bag.png' ? 200 : 404).end(png()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const taken = await graph(sandbox, `${comment.id}/comments`, { message: 'Here', attachment_url: `${address}/bag.png` })
  expect(sandbox.world.mediaOf(sandbox.world.find('facebook', taken.body.id)!)[0]?.file.bytes).toEqual(png())
  const missing = await graph(sandbox, `${comment.id}/comments`, { message: 'Here too', attachment_url: `${address}/other.png` })
  expect(missing.body.error?.code).toBe(324)
  expect(comment.replyIds).toEqual([taken.body.id])
})

test('what is no picture is refused in words for people, nothing at all by its number, and an unknown id with the comment', async () => {
  expect((await upload(mp4())).error).toMatchObject({ code: 100, error_subcode: 1366046, error_user_title: "Can't Read Files" })
  expect((await upload(null)).error).toMatchObject({ code: 324 })
  const { body } = await graph(sandbox, `${comment.id}/comments`, { message: 'Here', attachment_id: '12345' })
  expect(body.error?.code).toBe(100)
  expect(comment.replyIds).toEqual([])
})

test('a published photo is a post', async () => {
  const { post_id: postId } = await upload(png(), { caption: 'New canvas' })
  expect(sandbox.world.find('facebook', postId)).toMatchObject({ text: 'New canvas', media: [{ alt: '' }] })
})
