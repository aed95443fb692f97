import { dialectOf } from '@answerback/sandbox/registry'
import { eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MediaLimit } from '@answerback/core/reply-limit'
import type { Platform } from '@answerback/platforms/platform'
import { aPng, bringFile, fetchFile } from '../../test/files.ts'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { schema as t } from '../db/schema.ts'
import { dropOldUploads } from './uploads.ts'

let world: World
let asGiven: readonly Platform[]
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  asGiven = world.ctx.platforms
})
afterAll(() => world.close())

let serial = 0
const post = (path: string, body: unknown, more: { key?: string; type?: string; idempotencyKey?: string } = {}) =>
  world.request('POST', path, { body, idempotencyKey: `media ${(serial += 1)}`, ...more })
const answer = (id: string, body: object) => post(`/api/v1/conversations/${id}/replies`, { undoSeconds: 0, ...body })
/** Every platform as it is, but for what goes with its replies. */
const limitMedia = (media: MediaLimit | undefined) =>
  (world.ctx.platforms = asGiven.map((each) => ({ ...each, can: { ...each.can, replyLimit: { ...each.can.replyLimit, media } } })))

describe('a reply carries files', () => {
  test('to the platform once, in their order, with their descriptions, and is the same message when it comes back', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const pictures = [aPng(5, 5, 50), aPng(6, 6, 200)]
    const media = [
      { uploadId: await bringFile(world, pictures[0]), alt: ' The strap ' },
      { uploadId: await bringFile(world, pictures[1]), alt: 'The clip' },
    ]
    const { body } = await answer(row.id, { text: 'Two clips', media })
    const onItsWay = (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
    expect(onItsWay.reply.media.map((each: { alt: string }) => each.alt)).toEqual(['The strap', 'The clip'])
    expect(onItsWay.replies[0].media).toEqual(onItsWay.reply.media)
    await world.settle(30_000)
    await world.drain({ polls: true })
    const { messages, replies } = (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
    expect(replies).toEqual([])
    const ours = messages.filter((each: { direction: string }) => each.direction === 'out')
    expect(ours).toHaveLength(1)
    expect(ours[0].earlier).toEqual([])
    expect(ours[0].media.map((each: { alt: string }) => each.alt)).toEqual(['The strap', 'The clip'])
    const there = world.sandbox.world.items.mastodon.get(ours[0].externalId)!
    expect(there.media.map((each) => world.sandbox.world.files.find('mastodon', each.fileId)!.bytes)).toEqual(pictures)
    expect(there.media.map((each) => each.alt)).toEqual(['The strap', 'The clip'])
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body).toMatchObject({
      state: 'sent',
      media: [{ alt: 'The strap' }, {}],
    })
  })

  test('without words where the platform takes that, and nowhere without both', async () => {
    const row = await someoneAsks(world, 'mastodon')
    expect((await answer(row.id, { text: ' ' })).body.code).toBe('reply_empty')
    const { status, body } = await answer(row.id, { text: '', media: [{ uploadId: await bringFile(world) }] })
    expect(status).toBe(202)
    await world.settle(30_000)
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body.state).toBe('sent')
  })

  test.each(['accept_then_reset', 'accept_then_500'] as const)('once also when its answer is lost: %s', async (fault) => {
    const row = await someoneAsks(world, 'mastodon')
    const rule = world.sandbox.faults.add({
      platform: 'mastodon',
      match: { ...dialectOf('mastodon').calls.write, times: 1 },
      fault: { kind: fault },
    })
    const { body } = await answer(row.id, { text: `After ${fault}`, media: [{ uploadId: await bringFile(world), alt: 'Seen' }] })
    await world.settle(90_000)
    expect(world.sandbox.faults.list().find(({ id }) => id === rule)?.met).toBe(1)
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body.state).toBe('sent')
    const { messages } = (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
    expect(messages.filter((each: { direction: string }) => each.direction === 'out')).toHaveLength(1)
  })
})

describe('what goes wrong before the reply itself', () => {
  const accepted = (text: string) =>
    world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length

  test.each(['reset', 'server_error', 'accept_then_reset', 'rate_limited'] as const)(
    'an upload that fails is made again, and the reply goes once: %s',
    async (kind) => {
      const row = await someoneAsks(world, 'mastodon')
      const rule = world.sandbox.faults.add({
        platform: 'mastodon',
        match: { ...dialectOf('mastodon').calls.upload, times: 1 },
        fault: { kind },
      })
      const { body } = await answer(row.id, { text: `Though ${kind}`, media: [{ uploadId: await bringFile(world) }] })
      await world.settle(90_000)
      expect(world.sandbox.faults.list().find(({ id }) => id === rule)?.met).toBe(1)
      expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body.state).toBe('sent')
      expect(accepted(`Though ${kind}`)).toBe(1)
    },
  )

  test('a worker that is killed between upload and reply leaves nothing there: a person is asked, and it goes once', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const { body } = await answer(row.id, { text: 'After the kill', media: [{ uploadId: await bringFile(world) }], undoSeconds: 30 })
    // What such a worker leaves behind: an attempt without an end, and a lease that nobody renews.
    const now = world.ctx.now()
    await world.ctx.db.inWorkspace(world.workspaceId, async (tx) => {
      const attempt = { id: uuidv7(), workspaceId: world.workspaceId, replyId: body.id as string, startedAt: now }
      await tx.insert(t.replyAttempt).values(attempt)
      await tx.update(t.reply).set({ state: 'sending', sentAt: now, dueAt: now }).where(eq(t.reply.id, attempt.replyId))
    })
    const stateOf = async () => (await world.request('GET', `/api/v1/replies/${body.id}`)).body.state
    await world.settle(90_000)
    expect([await stateOf(), accepted('After the kill')]).toEqual(['needs_check', 0])
    expect((await post(`/api/v1/replies/${body.id}/attempts`, {})).status).toBe(202)
    await world.settle(30_000)
    expect([await stateOf(), accepted('After the kill')]).toEqual(['sent', 1])
  })

  test('a file that is not kept any more ends the reply in words, and nothing is sent', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const uploadId = await bringFile(world)
    const { body } = await answer(row.id, { text: 'Without it', media: [{ uploadId }], undoSeconds: 30 })
    await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.delete(t.upload).where(eq(t.upload.id, uploadId)))
    await world.settle(60_000)
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body).toMatchObject({
      state: 'rejected',
      reason: 'The file “bag.png” is not kept here any more. Attach it again.',
    })
    expect(accepted('Without it')).toBe(0)
    expect((await post(`/api/v1/replies/${body.id}/attempts`, {})).body).toMatchObject({
      code: 'bad_request',
      invalidParams: [{ name: 'media.0.uploadId' }],
    })
  })
})

describe('what is more than the platform takes is refused before anything is sent', () => {
  const cases: [string, MediaLimit | undefined, object, string, string][] = [
    ['none at all', undefined, {}, 'media_not_taken', 'media'],
    ['too many', { max: 1, types: { 'image/png': 9_000 } }, { twice: true }, 'media_not_taken', 'media'],
    ['another type', { max: 4, types: { 'image/jpeg': 9_000 } }, {}, 'media_not_taken', 'media.0.uploadId'],
    ['too many bytes', { max: 4, types: { 'image/png': 9 } }, {}, 'media_not_taken', 'media.0.uploadId'],
    ['too many bytes together', { max: 4, types: { 'image/png': 9_000 }, totalBytes: 100 }, { twice: true }, 'media_not_taken', 'media'],
    [
      'too few pixels',
      { max: 4, types: { 'image/png': 9_000 }, pixels: { least: 360, mostShort: 1_080, mostLong: 1_920 } },
      {},
      'media_not_taken',
      'media.0.uploadId',
    ],
    [
      'one that goes alone',
      { max: 4, types: { 'image/png': 9_000 }, alone: ['image/png'] },
      { twice: true },
      'media_not_taken',
      'media.0.uploadId',
    ],
    ['a long description', { max: 4, types: { 'image/png': 9_000 }, altMax: 3 }, { alt: 'long' }, 'media_not_taken', 'media.0.alt'],
    ['no words', { max: 4, types: { 'image/png': 9_000 } }, { text: '' }, 'reply_empty', 'text'],
    ['too many words', { max: 4, types: { 'image/png': 9_000 }, textMax: 3 }, {}, 'reply_too_long', 'text'],
    ['in private', { max: 4, types: { 'image/png': 9_000 } }, { privately: true }, 'media_not_taken', 'media'],
  ]
  test.each(cases)('%s', async (_what, limit, { twice, alt, ...body }: { twice?: boolean; alt?: string }, code, field) => {
    const row = await someoneAsks(world, 'facebook')
    limitMedia(limit)
    await world.ctx.db.system.execute(sql`update channel set reply_limit = null where platform = 'facebook'`)
    const media = [{ uploadId: await bringFile(world), ...(alt !== undefined && { alt }) }]
    if (twice) media.push({ uploadId: await bringFile(world) })
    const refused = await answer(row.id, { text: 'Words', media, ...body })
    world.ctx.platforms = asGiven
    expect(refused).toMatchObject({ status: 422, body: { code, invalidParams: [{ name: field }] } })
  })

  test('a channel from before its platform took files is to be connected again, and where the platform takes none that is no remedy', async () => {
    const detailOf = async (platform: 'mastodon' | 'instagram') => {
      const row = await someoneAsks(world, platform)
      return (await answer(row.id, { text: 'Words', media: [{ uploadId: await bringFile(world) }] })).body.detail
    }
    const { rows } = await world.ctx.db.system.execute(sql`select reply_limit from channel where platform = 'mastodon'`)
    await world.ctx.db.system.execute(sql`update channel set reply_limit = reply_limit - 'media' where platform = 'mastodon'`)
    const before = await detailOf('mastodon')
    const kept = JSON.stringify(rows[0]!.reply_limit)
    await world.ctx.db.system.execute(sql`update channel set reply_limit = ${kept}::jsonb where platform = 'mastodon'`)
    expect(before).toBe('media: This Mastodon channel takes no files with a reply. Connect it again in the settings to attach files.')
    expect(await detailOf('instagram')).toBe('media: This Instagram channel takes no files with a reply. Send the words alone.')
  })

  test('what a platform would fetch from a server that nobody reaches; else the address leads to the bytes', async () => {
    const row = await someoneAsks(world, 'facebook')
    limitMedia({ max: 1, types: { 'image/png': 9_000 }, byAddress: true })
    const { localUrl } = world.ctx
    delete world.ctx.localUrl
    const uploadId = await bringFile(world)
    const refused = await answer(row.id, { text: 'Words', media: [{ uploadId }] })
    world.ctx.localUrl = localUrl!
    world.ctx.platforms = asGiven
    expect(refused.body).toMatchObject({ code: 'media_not_taken', detail: expect.stringContaining('PUBLIC_URL') })
  })
})

describe('what becomes of files', () => {
  const isKept = async (id: string) => (await fetchFile(world, `/api/v1/uploads/${id}`)).status === 200

  test('of a reply that was taken back goes on with the next; one in use is copied', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const uploadId = await bringFile(world)
    const held = await answer(row.id, { text: 'Wait', media: [{ uploadId, alt: 'A' }], undoSeconds: 30 })
    await world.request('DELETE', `/api/v1/replies/${held.body.id}`)
    const again = await answer(row.id, { text: 'Now', media: [{ uploadId, alt: 'B' }], undoSeconds: 30 })
    const beside = await answer(row.id, { text: 'Too', media: [{ uploadId }], undoSeconds: 30 })
    const mediaOf = async (id: string) => (await world.request('GET', `/api/v1/replies/${id}`)).body.media
    expect(await mediaOf(again.body.id)).toMatchObject([{ id: uploadId, alt: 'B' }])
    const [copy] = await mediaOf(beside.body.id)
    expect(copy.id).not.toBe(uploadId)
    expect((await fetchFile(world, `/api/v1/uploads/${copy.id}`)).bytes).toEqual(aPng())
    for (const { body } of [again, beside]) await world.request('DELETE', `/api/v1/replies/${body.id}`)
  })

  test('of a reply that failed go out when it is tried again, as they were or others', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const [first, second] = [await bringFile(world, aPng(5, 5, 50)), await bringFile(world, aPng(6, 6, 60))]
    const media = [{ uploadId: first, alt: 'First' }]
    const { body } = await answer(row.id, { text: 'Try', media, undoSeconds: 30 })
    const fail = () =>
      world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
        tx.execute(
          sql`update reply set state = 'rejected', due_at = null, ended_at = ${world.ctx.now().toISOString()}::timestamptz where id = ${body.id}`,
        ),
      )
    await fail()
    const attempts = `/api/v1/replies/${body.id}/attempts`
    expect((await post(attempts, { media: [], text: '' })).status).toBe(202)
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body).toMatchObject({ text: 'Try', media: [] })
    await fail()
    expect((await post(attempts, { media: [{ uploadId: second, alt: 'Second' }] })).status).toBe(202)
    await fail()
    expect((await post(attempts, {})).status).toBe(202)
    await world.settle(30_000)
    expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body).toMatchObject({
      state: 'sent',
      media: [{ id: second, alt: 'Second' }],
    })
  })

  test('they go: unused ones after a day, those of a reply thirty days after it ended', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const [unused, undone, sent, waits] = [await bringFile(world), await bringFile(world), await bringFile(world), await bringFile(world)]
    const take = async (uploadId: string, undoSeconds: number) =>
      (await answer(row.id, { text: `Look ${undoSeconds}`, media: [{ uploadId }], undoSeconds })).body.id as string
    await world.request('DELETE', `/api/v1/replies/${await take(undone, 30)}`)
    await take(sent, 0)
    await world.settle(30_000)
    const waiting = await take(waits, 30)
    await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute(sql`update reply set state = 'queued', due_at = null where id = ${waiting}`),
    )
    const kept = async () => Promise.all([unused, undone, sent, waits].map(isKept))
    world.pass(86_000_000)
    await dropOldUploads(world.ctx)
    expect(await kept()).toEqual([true, true, true, true])
    world.pass(3_600_000)
    await dropOldUploads(world.ctx)
    expect(await kept()).toEqual([false, false, true, true])
    world.pass(30 * 86_400_000)
    await dropOldUploads(world.ctx)
    expect(await kept()).toEqual([false, false, false, true])
  })
})

test('a channel that is disconnected leaves no file behind that waited for it', async () => {
  const row = await someoneAsks(world, 'mastodon')
  const uploadId = await bringFile(world)
  const { body } = await answer(row.id, { text: 'Too late', media: [{ uploadId }], undoSeconds: 30 })
  expect((await world.request('DELETE', `/api/v1/channels/${row.channelId}`, { key: world.keys.owner })).status).toBeLessThan(300)
  expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body.state).toBe('cancelled')
  world.pass(86_500_000)
  await dropOldUploads(world.ctx)
  expect((await fetchFile(world, `/api/v1/uploads/${uploadId}`)).status).toBe(404)
})
