import { expect, onTestFinished, test } from 'vitest'
import type { PlatformError } from '../error.ts'
import type { ListenIo, Platform } from '../platform.ts'
import type { World } from './world.ts'

const patience = { timeout: 10_000 }

/** What a platform that tells of news over an open connection promises: a hint for what others do, an end when it breaks or is ended, and never more than a hint. */
export function checkListening(platform: Platform, open: () => Promise<World>): void {
  const { listen, can } = platform
  test('says that it listens exactly when it does', () => {
    expect(Boolean(can.listens)).toBe(listen !== undefined)
  })
  if (!listen) return

  const start = async () => {
    const world = await open()
    onTestFinished(() => world.close())
    if (!world.openSocket) throw new Error('a world in which somebody listens needs a way to open sockets')
    const io: ListenIo = Object.assign(Object.create(world.io) as ListenIo, { openSocket: world.openSocket })
    const end = new AbortController()
    onTestFinished(() => end.abort())
    const heard = { ready: 0, hints: 0 }
    const done = listen(io, {
      ready: () => void (heard.ready += 1),
      hint: () => void (heard.hints += 1),
      signal: end.signal,
    }).then(
      () => null,
      (error: unknown) => error as PlatformError,
    )
    return { world, heard, done, end }
  }

  test('tells of comments, of what the brand says by hand, and ends when it is told to', async () => {
    const { world, heard, done, end } = await start()
    await expect.poll(() => heard.ready, patience).toBe(1)
    const post = world.post('New canvas')
    const before = heard.hints
    const comment = world.comment('Ana', 'Do you ship to Spain?', post)
    await expect.poll(() => heard.hints, patience).toBeGreaterThan(before)
    const between = heard.hints
    world.answer('Yes, from Monday', comment)
    await expect.poll(() => heard.hints, patience).toBeGreaterThan(between)
    end.abort()
    expect(await done).toBeNull()
  })

  test('a connection that breaks ends it, to be opened again', async () => {
    const { world, heard, done } = await start()
    await expect.poll(() => heard.ready, patience).toBe(1)
    world.dropSockets!()
    expect(await done).toMatchObject({ kind: 'unavailable' })
  })

  test('a revoked token opens nothing', async () => {
    const { world, heard, done } = await start()
    await expect.poll(() => heard.ready, patience).toBe(1)
    world.breakToken('revoked')
    world.dropSockets!()
    await done
    const io: ListenIo = Object.assign(Object.create(world.io) as ListenIo, { openSocket: world.openSocket! })
    const ready = { times: 0 }
    const failure = await listen(io, { ready: () => void (ready.times += 1), hint: () => {}, signal: new AbortController().signal }).catch(
      (error: unknown) => error as PlatformError,
    )
    expect(failure).toMatchObject({ kind: expect.stringMatching(/^(reauthorize|unavailable)$/) })
    expect(ready.times).toBe(0)
  })
}
