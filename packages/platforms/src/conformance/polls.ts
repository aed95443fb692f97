import { expect, onTestFinished, test } from 'vitest'
import { PlatformError } from '../error.ts'
import type { Platform } from '../platform.ts'
import { Reader } from './reader.ts'
import type { World } from './world.ts'

/** Reading a living platform: all of it, again after a pause, edits and deletions, our native answers, and what notifications lose. */
export function checkPolls(platform: Platform, open: () => Promise<World>): void {
  const start = async (): Promise<{ world: World; reader: Reader }> => {
    const world = await open()
    onTestFinished(() => world.close())
    return { world, reader: new Reader(platform, world) }
  }

  const { reads, misses = [] } = platform.can
  const lasts = !misses.includes('past')
  if (reads.includes('review')) checkReviews(platform, start)
  if (!reads.includes('comment')) return checkToken(start)

  test('finds comments, replies below replies, mentions and native answers, each in its place', async () => {
    const { world, reader } = await start()
    const post = world.post('New canvas')
    if (!lasts) await reader.poll()
    const comment = world.comment('Ana', 'Do you ship to Spain?', post)
    const below = reads.includes('reply') ? world.comment('Bo', 'I wonder too', comment) : null
    const answer = misses.includes('native') ? null : world.answer('Yes, from Monday', comment)
    const mention = reads.includes('mention') ? world.mention('Chen', 'ask them') : null
    await reader.poll()
    await reader.poll()
    expect(reader.unknown).toEqual([])
    expect(reader.facts.get(post)).toMatchObject({ fact: 'post', ours: true, text: 'New canvas' })
    expect(reader.message(comment)).toMatchObject({ ours: false, kind: 'comment', parentExternalId: post })
    if (below !== null) expect(reader.message(below)).toMatchObject({ ours: false, kind: 'reply', parentExternalId: comment })
    if (answer !== null) expect(reader.message(answer)).toMatchObject({ ours: true, automated: false, parentExternalId: comment })
    if (mention !== null) expect(reader.message(mention)).toMatchObject({ ours: false, kind: 'mention', mentionsUs: true })
    expect(reader.message(comment).text).toContain('Do you ship to Spain?')
    const { author } = reader.message(comment)
    // Where there are only handles, they are small letters.
    expect((author?.name ?? author?.handle)?.toLowerCase()).toContain('ana')
  })

  test('resumes: what came in between is found, however short the pages', async () => {
    const { world, reader } = await start()
    world.shortPages()
    const post = world.post('Three hundred comments')
    const ids = Array.from({ length: 120 }, (_, index) => world.comment(`P${index}`, `comment ${index}`, post))
    await reader.poll()
    await reader.poll()
    const later = Array.from({ length: 130 }, (_, index) => world.comment(`Q${index}`, `later ${index}`, post))
    await reader.poll()
    expect([...ids, ...later].filter((id) => !reader.facts.has(id))).toEqual([])
    expect(await reader.poll()).toEqual([])
    expect(reader.last?.waitMs).toBeGreaterThanOrEqual(1000)
  })

  if (platform.can.polls !== false)
    test('a poll from the same cursor gives the same, so losing its result loses nothing', async () => {
      const { world, reader } = await start()
      const post = world.post('Again')
      await reader.poll()
      const comment = world.comment('Ana', 'once', post)
      const kept = reader.last
      expect(await reader.pollOnce()).toContain(comment)
      reader.facts.delete(comment)
      reader.last = kept
      expect(await reader.pollOnce()).toContain(comment)
    })

  test('sees edits and deletions of open messages', async () => {
    const { world, reader } = await start()
    const post = world.post('Edits')
    const edited = world.comment('Ana', 'first words', post)
    const deleted = world.comment('Bo', 'soon gone', post)
    const kept = world.comment('Chen', 'stays', post)
    await reader.poll()
    await reader.poll()
    const { version } = reader.message(edited)
    world.edit(edited, 'second words')
    world.remove(deleted)
    await reader.poll([edited, deleted, kept])
    if (!misses.includes('edit')) {
      expect(reader.message(edited).text).toContain('second words')
      expect(reader.message(edited).version).not.toBe(version)
    }
    expect([...reader.removed]).toEqual(misses.includes('removal') ? [] : [deleted])
  })

  // What only a push or a queue of updates brings is found nowhere else.
  if (lasts && reads.includes('reply'))
    test('finds in the threads what no notification told', async () => {
      const { world, reader } = await start()
      world.loseNotifications()
      const post = world.post('Quiet')
      let above = post
      const ids = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((word) => (above = world.comment('Ana', word, above)))
      await reader.poll()
      await reader.poll()
      expect(ids.filter((id) => !reader.facts.has(id))).toEqual([])
    })

  test.each([-1, 1])('a clock of ours that is a day off (%i) hides nothing', async (days) => {
    const { world, reader } = await start()
    const { now } = world.io
    world.io.now = () => new Date(now().getTime() + days * 86_400_000)
    const post = world.post('What day is it')
    if (!lasts) await reader.poll()
    const first = world.comment('Ana', 'one', post)
    await reader.poll()
    await reader.poll()
    const second = world.comment('Bo', 'two', post)
    await reader.poll()
    expect([first, second].filter((id) => !reader.facts.has(id))).toEqual([])
  })

  test('one broken part does not hold up the rest', async () => {
    const { world, reader } = await start()
    const post = world.post('Partly broken')
    const comment = world.comment('Ana', 'here', post)
    await reader.poll()
    world.comment('Bo', 'later', post)
    world.fault('server_error', 'read', 1)
    const failed = await reader.poll().catch((error: unknown) => error)
    if (failed instanceof Error) expect(failed).toBeInstanceOf(PlatformError)
    await reader.poll([comment])
    expect(reader.last?.trouble).toBeUndefined()
  })
  if (platform.can.polls !== false) checkToken(start)
}

type Start = () => Promise<{ world: World; reader: Reader }>

function checkToken(start: Start): void {
  test('a revoked token asks for a person', async () => {
    const { world, reader } = await start()
    world.breakToken('revoked')
    await expect(reader.poll()).rejects.toMatchObject({ kind: 'reauthorize' })
  })
}

/** A review is a message by itself, with its stars; other stars or words are another version of it. */
function checkReviews(platform: Platform, start: Start): void {
  const { misses = [] } = platform.can
  test('finds reviews with their stars, and what becomes of them', async () => {
    const { world, reader } = await start()
    const { review } = world
    if (!review) return expect(platform.can.reads).toContain('comment')
    const ids = Array.from({ length: 70 }, (_, index) => review(`P${index}`, `review ${index}`, (index % 5) + 1))
    await reader.poll()
    expect(reader.unknown).toEqual([])
    expect(ids.filter((id) => !reader.facts.has(id))).toEqual([])
    expect(reader.message(ids[3]!)).toMatchObject({ kind: 'review', ours: false, rating: 4, private: false })
    const { version } = reader.message(ids[0]!)
    world.edit(ids[0]!, 'not so good after all')
    world.remove(ids[1]!)
    const later = review('Late', 'came later', 1)
    await reader.poll([ids[0]!, ids[1]!, ids[2]!])
    await reader.poll()
    expect(reader.facts.has(later)).toBe(true)
    if (!misses.includes('edit')) {
      expect(reader.message(ids[0]!).text).toContain('not so good')
      expect(reader.message(ids[0]!).version).not.toBe(version)
    }
    expect([...reader.removed]).toEqual(misses.includes('removal') ? [] : [ids[1]])
    if (misses.includes('native')) return
    const answer = world.answer('Thank you', ids[2]!)
    await reader.poll([ids[2]!])
    await reader.poll()
    expect(reader.message(answer)).toMatchObject({ ours: true, parentExternalId: ids[2] })
  })
}
