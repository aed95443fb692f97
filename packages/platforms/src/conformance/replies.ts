import { expect, onTestFinished, test } from 'vitest'
import { PlatformError } from '../error.ts'
import type { FindInput, Platform } from '../platform.ts'
import { Reader } from './reader.ts'
import type { Fault, World } from './world.ts'

type Case = { fault: Fault; kind: PlatformError['kind'] | null; landed: boolean }

/** Every way a write can go wrong. `kind` null: the adapter may see through it. */
const cases: Case[] = [
  { fault: 'server_error', kind: 'unavailable', landed: false },
  { fault: 'unavailable', kind: 'unavailable', landed: false },
  { fault: 'hang', kind: 'unavailable', landed: false },
  { fault: 'reset', kind: 'unavailable', landed: false },
  { fault: 'bad_json', kind: 'unavailable', landed: false },
  { fault: 'html', kind: 'unavailable', landed: false },
  { fault: 'rate_limited', kind: 'rate_limited', landed: false },
  { fault: 'revoked_token', kind: null, landed: false },
  { fault: 'accept_then_hang', kind: 'unavailable', landed: true },
  { fault: 'accept_then_reset', kind: 'unavailable', landed: true },
  { fault: 'accept_then_500', kind: 'unavailable', landed: true },
  { fault: 'accept_then_400', kind: null, landed: true },
]

/** Replies land where they belong, once; after each fault `find` tells the truth, and a safe second try doubles nothing. */
export function checkReplies(platform: Platform, open: () => Promise<World>): void {
  const start = async (
    text = 'Yes, from Monday: https://example.org/shipping',
  ): Promise<{ world: World; input: FindInput; reader: Reader; post: string; comment: string }> => {
    const world = await open()
    onTestFinished(() => world.close())
    const reader = new Reader(platform, world)
    const post = world.post('Our post')
    const comment = world.comment('Ana', 'Do you ship to Spain?', post)
    await reader.poll()
    await reader.poll()
    const createdAt = world.io.now().toISOString()
    return {
      world,
      reader,
      post,
      comment,
      input: { target: reader.target(comment), text, key: '01994e1c-0000-7000-8000-000000000001', createdAt, since: createdAt },
    }
  }

  test('lands below its target, with a link, a fact, and words as written', async () => {
    const { world, reader, comment, input } = await start('Sí 😀 “quoted” <b>&amp;</b>\nsecond line')
    const sent = await platform.reply(world.io, input)
    expect(world.parentOf(sent.externalId)).toBe(comment)
    expect(sent.url).toMatch(/^https?:/)
    expect(sent.facts).toMatchObject([
      { fact: 'message', externalId: sent.externalId, ours: true, automated: false, parentExternalId: comment },
    ])
    await reader.poll()
    await reader.poll()
    expect(reader.message(sent.externalId)).toMatchObject({ ours: true, parentExternalId: comment })
    expect(reader.message(sent.externalId).text).toContain(input.text)
    const fact = sent.facts[0]
    expect(fact?.fact === 'message' && fact.version).toBe(reader.message(sent.externalId).version)
  })

  test('finds what landed, and knows nothing of what was never sent', async () => {
    const { world, input } = await start()
    expect((await platform.find(world.io, input)).found).toBe(platform.can.exactlyOnce === 'key' ? 'absent' : 'unsure')
    const sent = await platform.reply(world.io, input)
    expect(await platform.find(world.io, input)).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId, url: sent.url } })
  })

  test.each(cases)('after $fault nothing is doubled and find tells the truth', async ({ fault, kind, landed }) => {
    const { world, input } = await start()
    world.io.timeoutMs = 400
    world.fault(fault, 'write', 1)
    const outcome = await platform.reply(world.io, input).then(
      (sent) => sent,
      (error: unknown) => error,
    )
    delete world.io.timeoutMs
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(PlatformError)
      if (kind !== null) expect(outcome).toMatchObject({ kind })
      // Only what the world did not take may be called refused or not sent.
      const failure = outcome as PlatformError
      if (landed) expect({ kind: failure.kind, notSent: failure.notSent }).toEqual({ kind: 'unavailable', notSent: false })
    } else expect(kind).toBeNull()
    const there = world.repliesSaying('Yes, from Monday')
    const carriedOut = landed || !(outcome instanceof Error)
    expect(there).toHaveLength(carriedOut ? 1 : 0)
    const found = await platform.find(world.io, input)
    if (carriedOut) expect(found).toMatchObject({ found: 'landed', sent: { externalId: there[0] } })
    else expect(found.found).toBe(platform.can.exactlyOnce === 'key' ? 'absent' : 'unsure')
    if (platform.can.exactlyOnce === 'key') {
      const again = await platform.reply(world.io, input)
      expect(world.repliesSaying('Yes, from Monday')).toEqual([again.externalId])
    }
  })

  test('a rate limit says when to come back', async () => {
    const { world, input } = await start()
    world.fault('rate_limited', 'write', 1)
    const failure = await platform.reply(world.io, input).catch((error: unknown) => error as PlatformError)
    expect(failure).toMatchObject({ kind: 'rate_limited', notSent: true })
    expect((failure as PlatformError).retryAfterMs).toBeGreaterThanOrEqual(1000)
  })

  test('an expired session is renewed once, or asks for a person', async () => {
    const { world, input } = await start()
    world.breakToken('expired')
    const outcome = await platform.reply(world.io, input).catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome).toMatchObject({ kind: 'reauthorize' })
    else expect(world.saved()).toBe(1)
  })

  test('a target that was deleted is gone', async () => {
    const { world, comment, input } = await start()
    world.remove(comment)
    await expect(platform.reply(world.io, input)).rejects.toMatchObject({ kind: 'gone' })
    expect(world.repliesSaying('Yes, from Monday')).toEqual([])
  })

  if (!platform.can.like) return
  test('likes once and takes it back', async () => {
    const { world, comment, input } = await start()
    const like = (liked: boolean): Promise<void> => platform.like!(world.io, { externalId: comment, ref: input.target.ref, liked })
    await like(true)
    await like(true)
    expect(world.isLiked(comment)).toBe(true)
    await like(false)
    expect(world.isLiked(comment)).toBe(false)
    expect(world.repliesSaying('')).toEqual([])
  })
}
