import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { mp4, png } from './pictures.ts'

let sandbox: Sandbox
let first: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  first = sandbox.world.posts('discourse', true)[0] as Item
})
afterEach(() => sandbox.close())

type Body = { errors?: string[]; short_url: string; url: string; id: number; cooked: string; raw: string; post: { cooked: string } }

async function send(method: string, path: string, body: FormData | object) {
  const { apiKey, username } = sandbox.secrets.discourse
  const isForm = body instanceof FormData
  const answer = await fetch(`${sandbox.urls.discourse}/${path}`, {
    method,
    headers: { 'api-key': apiKey, 'api-username': username, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Body }
}

function upload(bytes: Buffer<ArrayBuffer> | null, type: string | null = 'composer') {
  const form = new FormData()
  if (type) form.set('type', type)
  form.set('synchronous', 'true')
  if (bytes) form.set('file', new Blob([bytes]), 'bench.png')
  return send('POST', 'uploads.json', form)
}

const post = (raw: string) => send('POST', 'posts.json', { raw, topic_id: first.extra['topicId'] })

test('a picture that was uploaded is shown where the words embed it, with its description; the same bytes are the same picture', async () => {
  const { status, body } = await upload(png({ width: 40, height: 30 }))
  expect([status, body.short_url]).toEqual([200, expect.stringMatching(/^upload:\/\/[A-Za-z0-9]{20,27}\.png$/)])
  expect(body).toMatchObject({ width: 40, height: 30, original_filename: 'bench.png', extension: 'png' })
  expect((await upload(png({ width: 40, height: 30 }))).body).toMatchObject({ id: body.id, short_url: body.short_url })
  const raw = `It looks like this:\n\n![The "bench", \\[oak\\]|40x30](${body.short_url})`
  const made = await post(raw)
  expect(made.body.raw).toBe(raw)
  const src = `<img src="${body.url}" alt="The &quot;bench&quot;, [oak]"`
  expect(made.body.cooked).toContain(src)
  expect(sandbox.world.find('discourse', sandbox.world.journal.ledger.at(-1)?.externalId)?.media).toMatchObject([
    { alt: 'The "bench", [oak]' },
  ])
  expect(Buffer.from(await (await fetch(body.url)).arrayBuffer())).toEqual(png({ width: 40, height: 30 }))
  const page = await (await fetch(`${sandbox.url}/discourse/p/${first.key}`)).text()
  expect(page).toContain('It looks like this:</p>')
  expect(page).toContain('<figcaption dir="auto">The &quot;bench&quot;, [oak]</figcaption>')
})

test('an edit shows what its words embed', async () => {
  const { body } = await upload(png())
  const made = await post(`Twenty characters it is ![one|4x3](${body.short_url})`)
  const path = `posts/${made.body.id}.json`
  const edited = await send('PUT', path, { post: { raw: `Other words, the same one ![two](${body.short_url})` } })
  expect(edited.body.post.cooked).toContain('alt="two"')
  expect((await send('PUT', path, { post: { raw: 'Other words, and no picture' } })).body.post.cooked).not.toContain('<img')
})

test('refuses no type, no file, what is no picture, and one too large; the settings tell what is taken', async () => {
  expect(await upload(png(), null)).toMatchObject({ status: 400, body: { error_type: 'invalid_parameters' } })
  expect((await upload(null)).status).toBe(422)
  expect((await upload(mp4())).body.errors?.[0]).toContain('not authorized (authorized extensions: jpg, jpeg, png')
  expect((await upload(Buffer.concat([png(), Buffer.alloc(4_096 * 1024)]))).body.errors?.[0]).toContain('too big')
  const settings = (await (await fetch(`${sandbox.urls.discourse}/site/settings.json`)).json()) as object
  expect(settings).toMatchObject({ authorized_extensions: 'jpg|jpeg|png|gif|webp|avif', max_image_size_kb: 4_096 })
})

test('a picture that was never uploaded is not shown', async () => {
  const made = await post('Here is one: ![gone](upload://abcdefghijklmnopqrstuvwxyz1.png)')
  expect(made.body.cooked).toContain('src="/images/transparent.png" alt="gone"')
})
