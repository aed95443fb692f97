import { expect, test } from 'vitest'
import { serverOf } from './xrpc.ts'

const pds = 'https://pds.example'

test.each([
  ['nothing set', {}, undefined, 'https://bsky.social'],
  ['the account’s own server', {}, pds, pds],
  ['a service that is also named as the API', { service: 'https://bsky.social', apiUrl: 'https://bsky.social/' }, pds, pds],
  [
    'an API that stands in for all',
    { service: 'https://bsky.social', apiUrl: 'http://127.0.0.1:4000/bluesky' },
    pds,
    'http://127.0.0.1:4000/bluesky',
  ],
  ['a service as people type it', { service: 'pds.example/' }, undefined, pds],
])('%s', (_, settings, found, wanted) => {
  expect(serverOf(settings as Record<string, string>, found)).toBe(wanted)
})
