import { speak } from '@answerback/sandbox/world/speak'
import { expect } from 'vitest'
import { uuidv7 } from 'uuidv7'
import { makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import { schema as t } from '../src/db/schema.ts'
import { postWebhook } from './webhook.ts'
import { connectAll, type World } from './world.ts'

/** A second workspace beside the world's own, with an owner's key; nothing is connected to it. */
export async function openOtherWorkspace(world: World, name = 'Other'): Promise<{ id: string; key: string }> {
  const id = await makeWorkspace(world.ctx, { name, timeZone: 'Europe/Lisbon' })
  return { id, key: await makeApiKey(world.ctx, id, { name: 'owner', role: 'owner' }) }
}

/**
 * A world in which every table of a workspace has rows: comments in three platforms, a merge of two threads, a fact that came before its message, answers sent,
 * a closing, an assignment, a key kept for a repeat, and a delivery that could not be read.
 */
export async function makeBusy(world: World): Promise<void> {
  const { sandbox } = world
  await connectAll(world)
  const post = sandbox.world.posts('facebook', true)[0]!
  const ada = speak(sandbox.world, { platform: 'facebook', author: { name: 'Ada' }, text: 'Does the strap come off?', parentId: post.id })
  sandbox.webhooks.flush()
  speak(sandbox.world, { platform: 'facebook', author: { name: 'Bo' }, text: 'Mine does.', parentId: ada.id })
  speak(sandbox.world, { platform: 'facebook', author: { name: 'Cy' }, text: 'Nice.', parentId: post.id })
  speak(sandbox.world, { platform: 'mastodon', author: { name: 'Fay' }, text: 'thinking about that bag', mention: true })
  await world.settle(30_000)
  await signed(world, { object: 'page', entry: [page(world, { field: 'feed', value: { item: 'unheard-of' } })] })
  // A like and a reply of which the comment above is not known yet, which then comes.
  await signed(world, { object: 'page', entry: [page(world, comment('9_1', '9_0', 'Below'))] })
  await signed(world, {
    object: 'page',
    entry: [page(world, { field: 'feed', value: { item: 'comment', verb: 'remove', comment_id: '9_9', created_time: 1 } })],
  })
  await world.drain()
  await signed(world, { object: 'page', entry: [page(world, comment('9_0', '9', 'Above'))] })
  await world.drain()

  const rows = await world.rows()
  const by = (text: string) => rows.find((row) => row.waitingMessage?.text.includes(text))!.id
  const put = async (path: string, body?: unknown) => expect((await world.request('PUT', path, { body })).status).toBe(204)
  await put(`/api/v1/conversations/${by('Nice')}/closure`, { reason: 'thanks' })
  await put(`/api/v1/conversations/${by('strap')}/assignment`, { assigneeId: world.staff.sam })
  const reply = { text: 'It does.', undoSeconds: 0 }
  const sent = await world.request('POST', `/api/v1/conversations/${by('strap')}/replies`, { body: reply, idempotencyKey: 'busy' })
  expect(sent.status).toBe(202)
  await world.settle(5_000)
  await invite(world)
  await leaveForAPlatform(world)
  await bringAFile(world)
}

/** A picture that may go out with a reply. */
async function bringAFile(world: World): Promise<void> {
  const data = Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1')
  const about = { byId: world.staff.sam, type: 'image/gif', name: 'dot.gif', width: 1, height: 1, bytes: data.length, data }
  const row = { id: uuidv7(), workspaceId: world.workspaceId, createdAt: world.ctx.now(), ...about }
  await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.insert(t.upload).values(row))
}

/** Somebody is on their way to a platform to agree. */
async function leaveForAPlatform(world: World): Promise<void> {
  const now = world.ctx.now()
  await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.insert(t.oauthState).values({
      id: uuidv7(),
      workspaceId: world.workspaceId,
      userId: world.staff.theo,
      platform: 'mastodon',
      hash: Buffer.alloc(32),
      settings: {},
      redirectUrl: `${world.url}/oauth/mastodon`,
      sealed: Buffer.alloc(0),
      createdAt: now,
      expiresAt: now,
    }),
  )
}

async function invite(world: World): Promise<void> {
  const now = world.ctx.now()
  await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.insert(t.invitation).values({
      id: uuidv7(),
      workspaceId: world.workspaceId,
      email: 'kim@fieldnote.example',
      role: 'manager',
      hash: Buffer.alloc(32),
      createdAt: now,
      expiresAt: now,
    }),
  )
}

/** One entry of the page that the world's Facebook channel is. */
export function page(world: World, change: object): object {
  return { id: world.sandbox.secrets.facebook.pageId, time: Math.floor(world.ctx.now().getTime() / 1000), changes: [change] }
}

/** A comment as Facebook's webhook tells it. */
export function comment(
  id: string,
  parentId: string,
  message: string,
  from: { id: string; name: string } = { id: '77', name: 'Zoe' },
): object {
  return {
    field: 'feed',
    value: { item: 'comment', verb: 'add', comment_id: id, parent_id: parentId, post_id: '9', from, message, created_time: 1_900_000_000 },
  }
}

/** Sends one webhook with the right signature and expects that it is taken. */
async function signed(world: World, body: unknown): Promise<void> {
  expect((await postWebhook(world, JSON.stringify(body))).status).toBe(200)
}
