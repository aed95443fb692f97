import { afterEach, beforeEach, expect, test } from 'vitest'
import { dialectOf, platformIds } from '../src/registry.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { startReceiver, until } from './receiver.ts'

let sandbox: Sandbox
beforeEach(async () => (sandbox = await startSandbox({ port: 0 })))
afterEach(() => sandbox.close())

type Answer = { [name: string]: unknown } & { id: string; createdAt: string; text: string }

async function admin(method: string, path: string, body?: unknown, headers: object = { 'content-type': 'application/json' }) {
  const answer = await fetch(`${sandbox.url}/_admin/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { ...headers }, body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Answer }
}

test.each(platformIds)('%s: writes, answers, edits, likes and deletes at chosen times', async (platform) => {
  const { kinds } = dialectOf(platform)
  const post = (await admin('POST', 'posts', { platform, text: 'New post' })).body
  const createdAt = '2020-01-01T00:00:00.000Z'
  const asked = { platform, text: 'Old?', author: { name: 'Odile' }, createdAt }
  const comment = (await admin('POST', 'questions', asked)).body
  expect(comment).toMatchObject({
    parentId: kinds.includes('comment') ? post.id : null,
    createdAt,
    author: { name: 'Odile', isBrand: false },
  })
  const native = (await admin('POST', 'brand-replies', { platform, parentId: comment.id, text: 'Yes' })).body
  expect(native).toMatchObject({ parentId: comment.id, author: { isBrand: true } })
  const edited = (await admin('POST', 'edits', { platform, id: comment.id, text: 'Older?' })).body
  expect(edited.text).toBe('Older?')
  await admin('POST', 'likes', { platform, id: comment.id, author: 'brand' })
  expect(sandbox.world.find(platform, comment.id)?.likes.size).toBe(1)
  await admin('DELETE', 'likes', { platform, id: comment.id, author: 'brand' })
  expect(sandbox.world.find(platform, comment.id)?.likes.size).toBe(0)
  await admin('POST', 'deletions', { platform, id: comment.id })
  expect(sandbox.world.find(platform, comment.id)).toBeUndefined()
  if (kinds.includes('mention')) {
    const mention = (await admin('POST', 'mentions', { platform, text: 'hello there' })).body
    expect(mention).toMatchObject({ mentionsBrand: true })
  }
  if (kinds.includes('quote')) {
    const quote = (await admin('POST', 'quotes', { platform, text: 'look', quotedId: post.id })).body
    expect(quote).toMatchObject({ quotedId: post.id })
  }
})

test('faults, quirks, tokens, clock and webhook target can be set and read, and reset takes all back', async () => {
  const receiver = await startReceiver()
  const [post] = sandbox.world.posts('facebook', true)
  const target = await admin('PUT', 'webhook', { platform: 'facebook', url: receiver.url, handshake: true })
  expect(target.body).toMatchObject({ target: receiver.url, handshake: true })
  await admin('POST', 'comments', { platform: 'facebook', parentId: post?.id, text: 'hi' })
  await until(() => sandbox.webhooks.log.length === 1)
  expect((await admin('GET', 'webhook-deliveries')).body).toMatchObject({ deliveries: [{ status: 200, attempt: 1 }] })

  const rules = [{ platform: 'mastodon', match: { times: 2 }, fault: { kind: 'unavailable' } }]
  expect((await admin('POST', 'faults', rules)).body).toEqual({ ids: [1] })
  await admin('PUT', 'quirks', { shortPages: true })
  await admin('PUT', 'webhook-faults', { duplicate: 0.5 })
  await admin('PUT', 'tokens', { platform: 'facebook', state: 'revoked' })
  await admin('PUT', 'clock', { platform: 'bluesky', skewMs: -5000 })
  const set = {
    rules: [{ id: 1, seen: 0, met: 0 }],
    quirks: { shortPages: true },
    webhooks: { duplicate: 0.5 },
    tokens: { facebook: 'revoked' },
    skewMs: { bluesky: -5000 },
  }
  expect((await admin('GET', 'faults')).body).toMatchObject(set)
  await admin('POST', 'reset', { brand: 'empty' })
  const calm = { rules: [], quirks: { shortPages: false }, tokens: { facebook: 'valid' }, skewMs: { bluesky: 0 } }
  expect((await admin('GET', 'faults')).body).toMatchObject(calm)
  expect(sandbox.world.items.facebook.size).toBe(1)
  await receiver.close()
})

test('refuses what it does not understand, forms, and callers by another host name', async () => {
  expect((await admin('POST', 'faults', { platform: 'myspace' })).status).toBe(422)
  expect((await admin('POST', 'comments', { platform: 'facebook', parentId: 'none', text: 'x' })).status).toBe(404)
  const form = { 'content-type': 'text/plain' }
  expect((await admin('POST', 'reset', {}, form)).status).toBe(415)
  const { request } = await import('node:http')
  const status = await new Promise((resolve) => {
    request(`${sandbox.url}/_admin/ledger`, { headers: { host: 'evil.example' } }, (answer) => resolve(answer.statusCode)).end()
  })
  expect(status).toBe(403)
})
