import { afterEach, beforeEach, expect, test } from 'vitest'
import { numberOf, placeId } from '../src/lemmy/views.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { png } from './pictures.ts'

let sandbox: Sandbox
let post: Item
let jwt: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('lemmy', true)[0] as Item
  const { username, password } = sandbox.secrets.lemmy
  jwt = ((await call('POST', 'user/login', { username_or_email: username, password })).body as { jwt: string }).jwt
})
afterEach(() => sandbox.close())

async function call(method: string, path: string, body: object) {
  const headers = { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' }
  const answer = await fetch(`${sandbox.urls.lemmy}/api/v3/${path}`, { method, headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as object }
}

async function upload(files: Buffer<ArrayBuffer>[], base = sandbox.urls.lemmy, token = jwt) {
  const form = new FormData()
  for (const bytes of files) form.append('images[]', new Blob([bytes]), 'bag.png')
  const answer = await fetch(`${base}/pictrs/image`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form })
  return { status: answer.status, body: (await answer.json()) as { msg: string; files: { file: string; delete_token: string }[] | null } }
}

test('pictures get names, are shown to everybody, and stand below the comment that embeds them', async () => {
  const { status, body } = await upload([png({ shade: 1 }), png({ shade: 2 })])
  expect([status, body.msg, body.files?.length]).toEqual([201, 'ok', 2])
  const [first, second] = body.files ?? []
  const urlOf = (file = ''): string => `${sandbox.urls.lemmy}/pictrs/image/${file}`
  const shown = await fetch(urlOf(first?.file))
  expect([shown.headers.get('content-type'), Buffer.from(await shown.arrayBuffer())]).toEqual(['image/png', png({ shade: 1 })])
  const content = `Both:\n\n![A \\[grey\\] bag](${urlOf(second?.file)})\n![](${urlOf(first?.file)})`
  const { body: made } = await call('POST', 'comment', { content, post_id: numberOf(post.id) })
  const { id } = (made as { comment_view: { comment: { id: number } } }).comment_view.comment
  expect(sandbox.world.find('lemmy', placeId('comment', id))?.media).toEqual([
    { fileId: second?.file, alt: 'A [grey] bag' },
    { fileId: first?.file, alt: '' },
  ])
  const page = await (await fetch(`${sandbox.url}/lemmy/p/${post.key}`)).text()
  expect(page).toContain('Both:</p>')
  expect(page).toContain('alt="A [grey] bag"')
  await call('PUT', 'comment', { comment_id: id, content: 'None' })
  expect(sandbox.world.find('lemmy', placeId('comment', id))?.media).toEqual([])
})

test('the address works without the prefix too', async () => {
  const { body } = await upload([png()], sandbox.url)
  expect((await fetch(`${sandbox.url}/pictrs/image/${body.files?.[0]?.file}`)).status).toBe(200)
})

test('refuses strangers, no file, and what is no picture', async () => {
  expect(await upload([png()], sandbox.urls.lemmy, 'wrong')).toMatchObject({ status: 401, body: { error: 'not_logged_in' } })
  expect(await upload([])).toMatchObject({ status: 400, body: { files: null } })
  expect(await upload([png(), Buffer.from('hello')])).toMatchObject({ status: 400, body: { msg: 'Unsupported media type', files: null } })
  expect((await fetch(`${sandbox.urls.lemmy}/pictrs/image/none.png`)).status).toBe(404)
})
