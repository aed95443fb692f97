import { REST } from '@discordjs/rest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { png } from './pictures.ts'

let sandbox: Sandbox
let post: Item
let comment: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = speak(sandbox.world, { platform: 'discord', author: 'brand', text: 'Open bench on Thursday' })
  comment = speak(sandbox.world, { platform: 'discord', author: { name: 'Kai' }, text: 'Where?', parentId: post.id })
})
afterEach(() => sandbox.close())

type Attachment = { id: string; filename: string; content_type: string; size: number; url: string; description?: string; width?: number }
type Message = { id: string; content: string; attachments: Attachment[] }

/** Sends a form as the reference shows it: `payload_json` and `files[n]`. */
async function send(payload: object, files: Buffer<ArrayBuffer>[], nonce?: string) {
  const form = new FormData()
  form.set(
    'payload_json',
    JSON.stringify({ message_reference: { message_id: comment.id }, ...payload, ...(nonce && { nonce, enforce_nonce: true }) }),
  )
  for (const [n, bytes] of files.entries()) form.set(`files[${n}]`, new Blob([bytes], { type: 'image/png' }), `the map ${n}.png`)
  const answer = await fetch(`${sandbox.urls.discord}/api/v10/channels/${post.id}/messages`, {
    method: 'POST',
    headers: { 'user-agent': 'DiscordBot (https://example.org, 1.0)', authorization: `Bot ${sandbox.secrets.discord.token}` },
    body: form,
  })
  return { status: answer.status, body: (await answer.json()) as Message & { code?: number } }
}

test('@discordjs/rest sends files with their descriptions; they are served, and stand on the public page', async () => {
  const rest = new REST({ api: `${sandbox.urls.discord}/api` }).setToken(sandbox.secrets.discord.token)
  const files = [
    { name: 'the map.png', data: png({ shade: 1 }), contentType: 'image/png' },
    { name: 'door.png', data: png({ shade: 2, width: 9 }), contentType: 'image/png' },
  ]
  const attachments = [{ id: 0, description: 'A map' }, { id: 1 }]
  const sent = (await rest.post(`/channels/${post.id}/messages`, { body: { content: 'Here', attachments }, files })) as Message
  expect(sent.attachments).toMatchObject([
    { filename: 'the_map.png', content_type: 'image/png', description: 'A map', size: png({ shade: 1 }).length },
    { filename: 'door.png', width: 9 },
  ])
  expect(sent.attachments[1]).not.toHaveProperty('description')
  expect(Buffer.from(await (await fetch(sent.attachments[0]?.url ?? '')).arrayBuffer())).toEqual(png({ shade: 1 }))
  const page = await (await fetch(`${sandbox.url}/discord/p/${post.key}`)).text()
  expect(page).toContain('alt="A map"')
  const edited = (await rest.patch(`/channels/${post.id}/messages/${sent.id}`, { body: { content: 'There' } })) as Message
  expect(edited).toMatchObject({ content: 'There', attachments: sent.attachments })
  const [first] = sent.attachments
  const left = (await rest.patch(`/channels/${post.id}/messages/${sent.id}`, { body: { attachments: [{ id: first?.id }] } })) as Message
  expect(left).toMatchObject({ content: 'There', attachments: [{ id: first?.id, description: 'A map' }] })
})

test('a message may be files alone, and the same nonce makes one', async () => {
  const once = await send({}, [png()], 'n-1')
  const again = await send({}, [png()], 'n-1')
  expect([once.status, once.body.content, once.body.attachments.length]).toEqual([200, '', 1])
  expect(again.body.id).toBe(once.body.id)
  expect((await send({}, [])).body).toMatchObject({ code: 50006 })
})

test('refuses files that are more than 25 MiB together', async () => {
  const large = Buffer.alloc(9 * 1024 * 1024)
  expect((await send({}, [large, large])).status).toBe(200)
  expect(await send({}, [large, large, large])).toMatchObject({ status: 413, body: { code: 40005 } })
})

test('refuses eleven files, a long description, a file too large, and a payload that is no JSON', async () => {
  const many = Array.from({ length: 11 }, (_, shade) => png({ shade }))
  expect(await send({}, many)).toMatchObject({ status: 400, body: { code: 50035, errors: { attachments: {} } } })
  expect((await send({}, many.slice(1))).status).toBe(200)
  const described = { attachments: [{ id: 0, description: 'x'.repeat(1_025) }] }
  expect(await send(described, [png()])).toMatchObject({ status: 400, body: { code: 50035 } })
  expect(await send({}, [Buffer.alloc(10 * 1024 * 1024 + 1)])).toMatchObject({ status: 413, body: { code: 40005 } })
  const form = new FormData()
  form.set('payload_json', '{')
  const headers = { 'user-agent': 'DiscordBot (https://example.org, 1.0)', authorization: `Bot ${sandbox.secrets.discord.token}` }
  const url = `${sandbox.urls.discord}/api/v10/channels/${post.id}/messages`
  expect((await fetch(url, { method: 'POST', headers, body: form })).status).toBe(400)
})
