import { expect, test } from 'vitest'
import { socketsOver } from './socket.ts'
import type { Wire, WireEvent, Wires } from './socket.ts'

/** A wire that a test pulls at. */
function aWire() {
  const listeners = new Map<string, ((event: WireEvent) => void)[]>()
  const seen = { sent: [] as string[], closed: [] as (number | undefined)[], pings: 0, headers: {} as Record<string, string> }
  const tell = (type: string, event: WireEvent = {}): void => listeners.get(type)?.forEach((listener) => listener(event))
  let pong = (): void => {}
  const wire: Wire = {
    send: (text) => void seen.sent.push(text),
    close: (code) => void seen.closed.push(code),
    addEventListener: (type, listener) => void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
  }
  const wires: Wires = {
    open: (_, headers) => ((seen.headers = headers), wire),
    ping: () => void ((seen.pings += 1), pong()),
    onPong: (_, listener) => void (pong = listener),
  }
  return { wires, seen, tell, deafen: () => void (pong = () => {}) }
}

async function read(texts: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const text of texts) all.push(text)
  return all
}

const calm = new AbortController().signal

test('gives texts in order, also those that came before anybody read, and ends with the code', async () => {
  const { wires, tell, seen } = aWire()
  const opening = socketsOver(wires)('wss://a.test/', { signal: calm, headers: { authorization: 'Bearer x' } })
  tell('open')
  const socket = await opening
  tell('message', { data: 'one' })
  tell('message', { data: new ArrayBuffer(2) })
  tell('message', { data: 'two' })
  tell('close', { code: 4004 })
  expect(await read(socket.texts)).toEqual(['one', 'two'])
  expect(await socket.closed).toEqual({ code: 4004 })
  expect(seen.headers).toEqual({ authorization: 'Bearer x' })
})

test('what cannot be opened, in time or at all, is unavailable, and nothing is left open', async () => {
  for (const fail of [(tell: (type: string) => void) => tell('error'), () => {}]) {
    const { wires, tell, seen } = aWire()
    const opening = socketsOver(wires)('wss://a.test/', { signal: calm, timeoutMs: 20 })
    fail(tell)
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: 'a.test did not open a live connection' })
    await expect.poll(() => seen.closed.length).toBe(1)
  }
})

test('ends when it is told to, before it is open and after', async () => {
  const early = new AbortController()
  const first = aWire()
  const opening = socketsOver(first.wires)('wss://a.test/', { signal: early.signal })
  early.abort()
  await expect(opening).rejects.toMatchObject({ kind: 'unavailable' })
  const late = new AbortController()
  const second = aWire()
  const opened = socketsOver(second.wires)('wss://a.test/', { signal: late.signal })
  second.tell('open')
  const socket = await opened
  const reading = read(socket.texts)
  late.abort()
  expect(await reading).toEqual([])
  await expect.poll(() => [first.seen.closed.length, second.seen.closed.length]).toEqual([1, 1])
})

test('a wire that answers its pings lives, one that falls silent is taken to be dead', async () => {
  const { wires, tell, seen, deafen } = aWire()
  // Each ping is ten milliseconds later.
  const opening = socketsOver(wires, { everyMs: 1, afterMs: 200, nowMs: () => seen.pings * 10 })('wss://a.test/', { signal: calm })
  tell('open')
  const socket = await opening
  let ended = false
  void socket.closed.then(() => (ended = true))
  await expect.poll(() => seen.pings).toBeGreaterThan(60)
  expect(ended, 'more than the patience has passed').toBe(false)
  deafen()
  expect(await socket.closed).toEqual({ code: 1006 })
})

test('what nobody reads does not pile up for ever', async () => {
  const { wires, tell } = aWire()
  const opening = socketsOver(wires)('wss://a.test/', { signal: calm })
  tell('open')
  const socket = await opening
  for (let n = 0; n <= 10_000; n += 1) tell('message', { data: 'x' })
  expect(await socket.closed).toEqual({ code: 1006 })
})
