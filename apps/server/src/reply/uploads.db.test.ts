import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOtherWorkspace } from '../../test/busy.ts'
import { aPng, bringFile, fetchFile } from '../../test/files.ts'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { publicAddressOf } from './public-media.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
})
afterAll(() => world.close())

let serial = 0
const post = (path: string, body: unknown, more: { key?: string; type?: string; idempotencyKey?: string } = {}) =>
  world.request('POST', path, { body, idempotencyKey: `upload ${(serial += 1)}`, ...more })
const answer = (id: string, body: object) => post(`/api/v1/conversations/${id}/replies`, { undoSeconds: 0, ...body })

describe('a file is brought', () => {
  test('and is there, with what its bytes say of it', async () => {
    const picture = aPng(40, 30)
    const made = await post('/api/v1/uploads?name=C%3A%5Cmy%20%E2%80%AEbag.png', picture, { type: 'image/png' })
    expect(made).toEqual({
      status: 201,
      body: { id: expect.any(String), type: 'image/png', name: 'my bag.png', bytes: picture.length, width: 40, height: 30 },
    })
    const shown = await fetchFile(world, `/api/v1/uploads/${made.body.id}`)
    expect(shown.bytes).toEqual(picture)
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': "inline; filename*=UTF-8''my%20bag.png",
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
    })
    expect((await fetchFile(world, `/api/v1/uploads/${made.body.id}`, '')).status).toBe(401)
  })

  test('once by one key, however often it is asked; the same key with other bytes is refused', async () => {
    const same = { type: 'image/png', idempotencyKey: 'one picture' }
    const count = async () =>
      (await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.execute(sql`select id from upload`))).rows.length
    const first = await post('/api/v1/uploads', aPng(), same)
    const kept = await count()
    const [second, third] = await Promise.all([post('/api/v1/uploads', aPng(), same), post('/api/v1/uploads', aPng(), same)])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
    expect((await post('/api/v1/uploads', aPng(4), same)).body.code).toBe('idempotency_mismatch')
    expect(await count()).toBe(kept)
  })

  test('or refused in words: nobody takes it, it is not what it is called, it is cut, empty, too large', async () => {
    const refused = async (body: Buffer, type: string) => {
      const { status, body: problem } = await post('/api/v1/uploads', body, { type })
      return [status, problem.code, problem.invalidParams?.[0].name]
    }
    expect(await refused(Buffer.from('<svg/>'), 'image/svg+xml')).toEqual([415, 'file_type_not_taken', 'Content-Type'])
    expect(await refused(Buffer.from('{}'), 'application/json')).toEqual([415, 'file_type_not_taken', 'Content-Type'])
    expect(await refused(aPng(), 'image/jpeg')).toEqual([422, 'file_not_readable', 'body'])
    expect(await refused(Buffer.from('<script>'), 'image/png')).toEqual([422, 'file_not_readable', 'body'])
    expect(await refused(aPng().subarray(0, 40), 'image/png')).toEqual([422, 'file_not_readable', 'body'])
    expect(await refused(Buffer.alloc(0), 'image/png')).toEqual([422, 'file_not_readable', 'body'])
    expect(await refused(Buffer.alloc(10 * 1024 * 1024 + 1), 'image/png')).toEqual([413, 'too_large', undefined])
    expect((await post('/api/v1/uploads', aPng(), { type: 'application/octet-stream' })).body.type).toBe('image/png')
  })

  test('and taken away again, unless a reply uses it; nobody of another workspace sees it', async () => {
    const other = await openOtherWorkspace(world)
    const row = await someoneAsks(world, 'mastodon')
    const [used, free] = [await bringFile(world), await bringFile(world)]
    const held = await answer(row.id, { text: 'Look', media: [{ uploadId: used }], undoSeconds: 30 })
    expect(held.status).toBe(202)
    const remove = (id: string, key?: string) => world.request('DELETE', `/api/v1/uploads/${id}`, key === undefined ? {} : { key })
    expect((await remove(free, other.key)).status).toBe(404)
    expect((await fetchFile(world, `/api/v1/uploads/${free}`, other.key)).status).toBe(404)
    expect((await remove(used)).body.code).toBe('too_late')
    expect((await remove(free)).status).toBe(204)
    expect((await remove(free)).status).toBe(404)
    expect((await post(`/api/v1/conversations/${row.id}/replies`, { text: 'No', media: [{ uploadId: free }] })).body).toMatchObject({
      code: 'bad_request',
      invalidParams: [{ name: 'media.0.uploadId' }],
    })
    await world.request('DELETE', `/api/v1/replies/${held.body.id}`)
    expect((await remove(used)).status).toBe(204)
  })
})

describe('the address where platforms fetch a file', () => {
  test('is good for a day, for this file alone, without signing in', async () => {
    const picture = aPng(9, 9)
    const id = await bringFile(world, picture)
    const path = publicAddressOf(world.ctx, id)!.slice(world.url.length)
    const got = await fetchFile(world, path, '')
    expect(got.bytes).toEqual(picture)
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    expect(got.headers.get('set-cookie')).toBeNull()
    const other = await bringFile(world)
    const turned = path.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    for (const wrong of [
      path.replace(id, other),
      turned,
      '/media/x',
      '/media/',
      `/media/${id}`,
      `${path}x`,
      path.replace(/\.(\w+)\./, '.zzzzzz.'),
    ])
      expect((await fetchFile(world, wrong, '')).status, wrong).toBe(404)
    // The key is a day older now, and so is the address.
    world.ctx.secrets = { ...world.ctx.secrets, session: 'n'.repeat(64), olderSessions: [world.ctx.secrets.session] }
    expect((await fetchFile(world, path, '')).status).toBe(200)
    world.pass(86_402_000)
    expect((await fetchFile(world, path, '')).status).toBe(404)
  })
})

test('programs read how to bring one', async () => {
  const { paths } = (await (await fetch(`${world.url}/api/openapi.json`)).json()) as { paths: Record<string, any> }
  expect(paths['/api/v1/uploads'].post.requestBody.content['image/*'].schema).toMatchObject({ type: 'string', format: 'binary' })
  expect(paths['/api/v1/uploads/{id}'].get.responses['200'].content['image/*'].schema).toMatchObject({ type: 'string', format: 'binary' })
})
