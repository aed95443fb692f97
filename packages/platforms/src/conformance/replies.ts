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
    if (platform.can.misses?.includes('past')) await reader.poll()
    const comment = platform.can.reads.includes('comment')
      ? world.comment('Ana', 'Do you ship to Spain?', post)
      : world.review!('Ana', 'Do you ship to Spain?', 3)
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

  const { can } = platform
  /** Whether reading again brings what we wrote ourselves: where nothing can be looked up, nothing tells us of our own words. */
  const echoes = !can.misses?.includes('native') && can.exactlyOnce !== 'none'
  /** What `find` may say of a reply that is not there. */
  const unseen = can.exactlyOnce === 'key' ? 'absent' : 'unsure'
  /** Whether a reply that landed can be seen by looking. */
  const looks = can.exactlyOnce !== 'none' && can.polls !== false
  if (can.reply === false) {
    test('answers nothing, and says so', async () => {
      const { world, input } = await start()
      await expect(platform.reply(world.io, input)).rejects.toMatchObject({ kind: 'rejected' })
      expect(world.repliesSaying('Yes, from Monday')).toEqual([])
    })
    return
  }

  test('lands below its target, with a link, a fact, and words as written', async () => {
    const { world, reader, comment, input } = await start('Sí 😀 “quoted” <b>&amp;</b>\nsecond line')
    const sent = await platform.reply(world.io, input)
    expect(world.parentOf(sent.externalId)).toBe(comment)
    expect(sent.url).toMatch(/^https?:/)
    expect(sent.facts).toMatchObject([
      { fact: 'message', externalId: sent.externalId, ours: true, automated: false, parentExternalId: comment },
    ])
    if (!echoes) return
    await reader.poll([comment])
    await reader.poll([comment])
    expect(reader.message(sent.externalId)).toMatchObject({ ours: true, parentExternalId: comment })
    expect(reader.message(sent.externalId).text).toContain(input.text)
    const fact = sent.facts[0]
    expect(fact?.fact === 'message' && fact.version).toBe(reader.message(sent.externalId).version)
  })

  test('finds what landed, and knows nothing of what was never sent', async () => {
    const { world, input } = await start()
    expect((await platform.find(world.io, input)).found).toBe(unseen)
    const sent = await platform.reply(world.io, input)
    if (!looks) return expect((await platform.find(world.io, input)).found).toBe(unseen)
    expect(await platform.find(world.io, input)).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId, url: sent.url } })
  })

  test.each(cases)('after $fault nothing is doubled and find tells the truth', async ({ fault, kind, landed }) => {
    const { world, input } = await start()
    if (fault.endsWith('hang')) world.io.timeoutMs = 400
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
    } else expect(kind, `the platform answered with ${fault}, and the reply was called sent: it has to fail as this kind`).toBeNull()
    const there = world.repliesSaying('Yes, from Monday')
    const carriedOut = landed || !(outcome instanceof Error)
    expect(there).toHaveLength(carriedOut ? 1 : 0)
    const found = await platform.find(world.io, input)
    if (carriedOut && looks) expect(found).toMatchObject({ found: 'landed', sent: { externalId: there[0] } })
    else expect(found.found).toBe(unseen)
    if (can.exactlyOnce === 'key') {
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

  if (can.oneReply)
    test('writes over nobody: what somebody answered there meanwhile stays', async () => {
      const { world, reader, comment, input } = await start()
      world.answer('A colleague was faster', comment)
      const failure = await platform.reply(world.io, input).catch((error: unknown) => error)
      expect(failure).toMatchObject({ kind: 'rejected' })
      expect((failure as Error).message).toContain('A colleague was faster')
      expect(world.repliesSaying('Yes, from Monday')).toEqual([])
      await reader.poll([comment])
      expect(world.repliesSaying('A colleague was faster')).toHaveLength(1)
    })

  const { hide, remove, editReply, postStats } = platform
  if (hide)
    test('hides, and shows again', async () => {
      const { world, comment, input } = await start()
      for (const hidden of [true, true, false]) {
        await hide(world.io, { externalId: comment, ref: input.target.ref, hidden })
        expect(world.isHidden!(comment)).toBe(hidden)
      }
    })

  if (editReply)
    test('puts other words in place of ours, under the same id', async () => {
      const { world, input } = await start()
      const sent = await platform.reply(world.io, input)
      const fact = sent.facts[0]!
      const edited = await editReply(world.io, {
        externalId: sent.externalId,
        ref: 'ref' in fact ? fact.ref : {},
        text: 'No: from Tuesday, with apologies',
      })
      expect(edited).toMatchObject({ externalId: sent.externalId, facts: [{ externalId: sent.externalId, ours: true }] })
      expect(world.textOf!(sent.externalId)).toContain('No: from Tuesday')
      const version = (facts: typeof sent.facts): string | undefined =>
        facts.flatMap((each) => (each.fact === 'message' ? each.version : []))[0]
      expect(version(edited.facts)).not.toBe(version(sent.facts))
      expect(world.repliesSaying('from')).toEqual([sent.externalId])
    })

  if (remove)
    test('takes away what was written, ours and where it may theirs; twice is once', async () => {
      const { world, comment, input } = await start()
      const sent = await platform.reply(world.io, input)
      const fact = sent.facts[0]!
      const ours = { externalId: sent.externalId, ref: 'ref' in fact ? fact.ref : {} }
      await remove(world.io, ours)
      await remove(world.io, ours)
      expect(world.repliesSaying('Yes, from Monday')).toEqual([])
      if (can.remove !== 'any') return
      await remove(world.io, { externalId: comment, ref: input.target.ref })
      expect(world.textOf!(comment)).toBeNull()
    })

  if (postStats)
    test('says how many the platform counts below a post', async () => {
      const { world, reader, post, comment } = await start()
      world.comment('Bo', 'me too', post)
      world.comment('Chen', 'and me', comment)
      const { ref } = reader.facts.get(post) as { ref: Record<string, string> }
      const [stats] = await postStats(world.io, { posts: [{ externalId: post, ref }] })
      expect(stats).toMatchObject({ externalId: post, replies: stats?.counts === 'top' ? 2 : 3 })
    })

  if (can.privateReply)
    test('answers in private, and only there', async () => {
      const { world, comment, input } = await start()
      if (!world.toldPrivately) return expect(world.parentOf(comment)).not.toBeUndefined()
      const sent = await platform.reply(world.io, { ...input, privately: true })
      expect(world.toldPrivately(comment).join()).toContain('Yes, from Monday')
      expect(sent.facts.every((each) => each.fact !== 'message' || each.private)).toBe(true)
    })

  if (!can.like) return
  test('likes once and takes it back', async () => {
    const { world, comment, input } = await start()
    const like = (liked: boolean): Promise<void> => platform.like!(world.io, { externalId: comment, ref: input.target.ref, liked })
    if (world.cannot?.includes('like')) return expect(like(true)).rejects.toMatchObject({ kind: 'rejected' })
    await like(true)
    await like(true)
    expect(world.isLiked(comment)).toBe(true)
    await like(false)
    expect(world.isLiked(comment)).toBe(false)
    expect(world.repliesSaying('')).toEqual([])
  })
}
