import { WebSocket } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = speak(sandbox.world, { platform: 'discord', author: 'brand', text: 'Open bench on Thursday' })
})
afterEach(() => sandbox.close())

type Start = { url: string; session_start_limit: { remaining: number } }

function say(text: string): Item {
  return speak(sandbox.world, { platform: 'discord', author: { name: 'Kai Berg' }, text, parentId: post.id })
}

type Told = { op: number; t: string | null; s: number | null; d: any }

/** Connects and keeps what comes. */
async function connect(): Promise<{ told: Told[]; send: (payload: object) => void; closed: () => number | null; socket: WebSocket }> {
  const headers = { 'user-agent': 'DiscordBot (https://example.org, 1.0)', authorization: `Bot ${sandbox.secrets.discord.token}` }
  const body = (await (await fetch(`${sandbox.urls.discord}/api/v10/gateway/bot`, { headers })).json()) as Start
  expect(body.session_start_limit.remaining).toBeGreaterThan(0)
  const socket = new WebSocket(`${body.url}/?v=10&encoding=json`)
  const told: Told[] = []
  let code: number | null = null
  socket.addEventListener('message', ({ data }) => told.push(JSON.parse(String(data)) as Told))
  socket.addEventListener('close', (event) => (code = event.code))
  await expect.poll(() => told.length).toBe(1)
  return { told, send: (payload) => socket.send(JSON.stringify(payload)), closed: () => code, socket }
}
const identify = (intents: number, token = sandbox.secrets.discord.token) => ({ op: 2, d: { token, intents, properties: {} } })

test('says hello, identifies, answers beats, and tells what happens in order', async () => {
  const { told, send, socket } = await connect()
  expect(told[0]).toMatchObject({ op: 10, d: { heartbeat_interval: 41_250 } })
  send({ op: 1, d: null })
  await expect.poll(() => told.at(-1)?.op).toBe(11)
  send(identify((1 << 0) | (1 << 9)))
  await expect.poll(() => told.map(({ t }) => t)).toEqual([null, null, 'READY', 'GUILD_CREATE'])
  const { guildId, botId } = sandbox.secrets.discord
  expect(told[2]?.d).toMatchObject({ user: { id: botId }, guilds: [{ id: guildId, unavailable: true }] })
  expect(told[3]?.d.threads.map(({ id }: { id: string }) => id)).toContain(post.id)
  const asked = say('is it recorded?')
  const named = say('@fieldnote is it?')
  sandbox.world.edit(asked, 'is it being recorded?')
  sandbox.world.remove(asked)
  await expect
    .poll(() => told.slice(4).map(({ t, s, d }) => [t, s, d.id, d.content]))
    .toEqual([
      ['MESSAGE_CREATE', 3, asked.id, ''],
      ['MESSAGE_CREATE', 4, named.id, `<@${botId}> is it?`],
      ['MESSAGE_UPDATE', 5, asked.id, ''],
      ['MESSAGE_DELETE', 6, asked.id, undefined],
    ])
  expect(told.at(-1)?.d).toEqual({ id: asked.id, channel_id: post.id, guild_id: guildId })
  socket.close()
})

test('closes by code: a wrong token, a wrong intent, an intent that was not granted, speaking before identifying', async () => {
  sandbox.faults.setQuirks({ withoutMessageContent: true })
  const sent: [object, number][] = [
    [identify(1, 'nonsense'), 4004],
    [identify(1 << 30), 4013],
    [identify(1 << 15), 4014],
    [{ op: 3, d: {} }, 4003],
  ]
  for (const [payload, code] of sent) {
    const { send, closed } = await connect()
    send(payload)
    await expect.poll(closed).toBe(code)
  }
})

test('a session is not taken up again, and a dropped connection ends without a word', async () => {
  const { told, send, closed } = await connect()
  send({ op: 6, d: { token: sandbox.secrets.discord.token, session_id: 'x', seq: 1 } })
  await expect.poll(() => told.at(-1)).toMatchObject({ op: 9, d: false })
  sandbox.dropSockets('discord')
  await expect.poll(closed).toBe(1006)
})
