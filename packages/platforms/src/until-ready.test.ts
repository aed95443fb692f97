import { expect, test } from 'vitest'
import { untilReady } from './until-ready.ts'

test('asks again until it is ready', async () => {
  let asked = 0
  await expect(untilReady('bag.mp4', async () => ((asked += 1) < 3 ? null : 'id'))).resolves.toBe('id')
  expect(asked).toBe(3)
})

test('what is not ready in time sent nothing, and may be tried again', async () => {
  const failure = { kind: 'unavailable', notSent: true, message: expect.stringContaining('bag.mp4') as string }
  await expect(untilReady('bag.mp4', async () => null, 0)).rejects.toMatchObject(failure)
})
