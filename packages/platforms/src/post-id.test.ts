import { expect, test } from 'vitest'
import { bluesky as adapter } from './bluesky/adapter.ts'
import { guardPlatform } from './guard.ts'
import { mastodon } from './mastodon/adapter.ts'
import { webhookSource } from './webhook/adapter.ts'

const bluesky = adapter.postId!
const self = { accountId: 'did:plc:abc', handle: 'fieldnote.example', ownedIds: [], host: 'social.example' }

test('a Bluesky post is its at-uri, or its page below our own profile', () => {
  const uri = 'at://did:plc:abc/app.bsky.feed.post/3kx'
  expect(bluesky({ externalId: uri }, self)).toBe(uri)
  for (const who of ['did:plc:abc', 'Fieldnote.example', 'did%3Aplc%3Aabc'])
    expect(bluesky({ url: `https://bsky.app/profile/${who}/post/3kx` }, self)).toBe(uri)
  const strange = [
    { externalId: '3kx' },
    { url: 'https://bsky.app/profile/other.example/post/3kx' },
    { url: 'https://bsky.app/' },
    { url: 'x' },
    {},
  ]
  for (const given of strange) expect(bluesky(given, self)).toBeNull()
})

test('a Mastodon status is its id, or its page on our own server', () => {
  const { postId } = mastodon
  expect(postId!({ externalId: '114' }, self)).toBe('114')
  expect(postId!({ url: 'https://social.example/@fieldnote/114' }, self)).toBe('114')
  const strange = [
    { externalId: 'https://social.example/1' },
    { url: 'https://other.example/@fieldnote/114' },
    { url: 'https://social.example/about' },
    {},
  ]
  for (const given of strange) expect(postId!(given, self)).toBeNull()
})

test('a source’s own id gets the source’s name, once', () => {
  const shop = { ...self, settings: { source: 'shop' } }
  expect(['post-40', 'shop/post-40'].map((externalId) => webhookSource.postId!({ externalId }, shop))).toEqual([
    'shop/post-40',
    'shop/post-40',
  ])
  expect(webhookSource.postId!({ url: 'https://shop.example/p/40' }, shop)).toBeNull()
})

test('whatever is given, it throws nothing', () => {
  const broken = guardPlatform({
    ...mastodon,
    postId: () => {
      throw new Error('a slip')
    },
  })
  expect(broken.postId!({ externalId: '1' }, self)).toBeNull()
  expect(bluesky({ url: 'https://bsky.app/profile/%E0%A4%A/post/1' }, self)).toBeNull()
})
