import { expect, test } from 'vitest'
import { lookAtAddress, lookAtNode, lookAtSpace } from './doctor-machine.ts'

test('an old Node is named with the one that is needed', () => {
  expect(lookAtNode('18.20.4')).toMatchObject({ state: 'bad', words: expect.stringContaining('20.19 or later is needed') })
  expect(lookAtNode('20.18.3').state).toBe('bad')
  for (const version of ['20.19.0', '22.1.0', '24.0.0']) expect(lookAtNode(version).state, version).toBe('ok')
})

test('an address without https is bad anywhere but on this machine', () => {
  const state = (PUBLIC_URL: string | undefined, demo = false) => lookAtAddress({ PUBLIC_URL, demo }).state
  expect(state('http://inbox.example.org')).toBe('bad')
  expect(state('https://inbox.example.org')).toBe('ok')
  expect(state('http://localhost:3000')).toBe('ok')
  expect(state(undefined)).toBe('look')
  expect(state(undefined, true)).toBe('ok')
})

test('a disk that is nearly full can wait a little, a full one cannot', () => {
  expect(lookAtSpace('/data', 20_000)).toMatchObject({ state: 'ok', words: '/data, 20000 MB free' })
  expect(lookAtSpace('/data', 900)).toMatchObject({ state: 'look', words: expect.stringContaining('Make room before it is full') })
  expect(lookAtSpace('/data', 90)).toMatchObject({ state: 'bad', words: expect.stringContaining('make room, or move DATA_DIR') })
})
