import { createServer, type Socket } from 'node:net'
import { Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { calmClient } from './calm-client.ts'

/** A server that only answers the start of a connection: with a refusal of this SQLSTATE, or by letting it in (PostgreSQL, "Message Formats"). */
async function openServer() {
  const state = { code: '28P01' as string | null, asked: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      state.asked += 1
      if (state.code === null) return socket.write(Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]))
      socket.end(message('E', Buffer.from(`SFATAL\0C${state.code}\0Mno\0\0`)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { state, port: (server.address() as { port: number }).port }
}

function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

async function openPool(now: () => number) {
  const { state, port } = await openServer()
  const rests: number[] = []
  const Client = calmClient((_error, restMs) => rests.push(restMs), now)
  const pool = new Pool({ host: '127.0.0.1', port, user: 'answerback_app', password: 'old', max: 8, Client })
  pool.on('error', () => {})
  const ask = async (times: number) => {
    const ends = await Promise.allSettled(Array.from({ length: times }, async () => (await pool.connect()).release(true)))
    return new Set(ends.map((end) => (end.status === 'fulfilled' ? 'in' : (end.reason as { code?: string }).code)))
  }
  return { state, rests, ask }
}

test('a refused password is tried again after 1 s, 2 s, 4 s, up to a minute, once each time, however many ask', async () => {
  let nowMs = 0
  const { state, rests, ask } = await openPool(() => nowMs)
  expect(await ask(8)).toEqual(new Set(['28P01']))
  expect(rests).toEqual([1_000])
  const first = state.asked
  for (let round = 0; round < 8; round += 1) {
    nowMs += rests.at(-1)! - 1
    expect(await ask(20)).toEqual(new Set(['28P01']))
    nowMs += 1
    expect(await ask(20)).toEqual(new Set(['28P01']))
  }
  expect(state.asked - first).toBe(8)
  expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

test('once the password is right again everybody is let in, and the next refusal begins with a second', async () => {
  let nowMs = 0
  const { state, rests, ask } = await openPool(() => nowMs)
  await ask(1)
  state.code = null
  expect(await ask(1)).toEqual(new Set(['28P01']))
  nowMs += 1_000
  expect(await ask(1)).toEqual(new Set(['in']))
  expect(await ask(8)).toEqual(new Set(['in']))
  state.code = '28P01'
  await ask(1)
  expect(rests).toEqual([1_000, 1_000])
})

test('what is no refusal of a password delays nobody', async () => {
  const { state, rests, ask } = await openPool(() => 0)
  state.code = '53300'
  expect(await ask(3)).toEqual(new Set(['53300']))
  expect(await ask(3)).toEqual(new Set(['53300']))
  expect([state.asked, rests]).toEqual([6, []])
})
