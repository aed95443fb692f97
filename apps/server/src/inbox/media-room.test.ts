import { afterEach, expect, test } from 'vitest'
import { enterRoom, leaveRoom } from './media-room.ts'

let guests: { workspaceId: string; host: string }[] = []
afterEach(() => {
  for (const guest of guests) leaveRoom(guest)
  guests = []
})

/** Comes for a picture. `now`: came in, was sent away, or waits. */
function come(workspaceId: string, host: string, signal = new AbortController().signal) {
  const guest = { workspaceId, host }
  guests.push(guest)
  const outcome = enterRoom(guest, signal)
  return { guest, outcome, now: () => Promise.race([outcome, new Promise((resolve) => setImmediate(() => resolve('waits')))]) }
}

test('three at once ask one host, and whoever waits longest comes next', async () => {
  const first = [1, 2, 3].map(() => come('us', 'slow'))
  const later = [1, 2].map(() => come('us', 'slow'))
  expect(await Promise.all([...first, ...later].map(({ now }) => now()))).toEqual([true, true, true, 'waits', 'waits'])
  expect(await come('us', 'quick').now()).toBe(true)
  leaveRoom(first[1]!.guest)
  expect(await Promise.all(later.map(({ now }) => now()))).toEqual([true, 'waits'])
})

test('a workspace takes no more than its share, with however many hosts, so that another has room', async () => {
  const ours = Array.from({ length: 7 }, (_, index) => come('us', `host ${index}`))
  expect(await Promise.all(ours.map(({ now }) => now()))).toEqual([true, true, true, true, true, true, 'waits'])
  expect(await come('them', 'host 0').now()).toBe(true)
})

test('whoever gives up waits no longer, and where too many wait the next is sent away at once', async () => {
  const leaving = new AbortController()
  const ours = Array.from({ length: 3 + 59 }, () => come('us', 'slow'))
  const impatient = come('us', 'slow', leaving.signal)
  expect(await impatient.now()).toBe('waits')
  expect(await come('us', 'slow').now()).toBe(false)
  leaving.abort()
  expect(await impatient.now()).toBe(false)
  expect(await come('us', 'slow', leaving.signal).now()).toBe(false)
  expect(await ours.at(-1)!.now()).toBe('waits')
  expect(await come('us', 'slow').now()).toBe('waits')
})
