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

  test('finds comments, replies below replies, mentions and native answers, each in its place', async () => {
    const { world, reader } = await start()
    const post = world.post('New canvas')
    const comment = world.comment('Ana', 'Do you ship to Spain?', post)
    const below = world.comment('Bo', 'I wonder too', comment)
    const answer = world.answer('Yes, from Monday', comment)
    const mention = world.mention('Chen', 'ask them')
    await reader.poll()
    await reader.poll()
    expect(reader.unknown).toEqual([])
    expect(reader.facts.get(post)).toMatchObject({ fact: 'post', ours: true, text: 'New canvas' })
    expect(reader.message(comment)).toMatchObject({ ours: false, kind: 'comment', parentExternalId: post })
    expect(reader.message(below)).toMatchObject({ ours: false, kind: 'reply', parentExternalId: comment })
    expect(reader.message(answer)).toMatchObject({ ours: true, automated: false, parentExternalId: comment })
    expect(reader.message(mention)).toMatchObject({ ours: false, kind: 'mention', mentionsUs: true })
    expect(reader.message(comment).text).toContain('Do you ship to Spain?')
    expect(reader.message(comment).author?.name).toBe('Ana')
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

  test('a poll from the same cursor gives the same, so losing its result loses nothing', async () => {
    const { world, reader } = await start()
    const post = world.post('Again')
    await reader.poll()
    const comment = world.comment('Ana', 'once', post)
    const kept = reader.last
    expect(await reader.poll()).toContain(comment)
    reader.facts.delete(comment)
    reader.last = kept
    expect(await reader.poll()).toContain(comment)
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
    expect(reader.message(edited).text).toContain('second words')
    expect(reader.message(edited).version).not.toBe(version)
    expect([...reader.removed]).toEqual([deleted])
  })

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

  test('a revoked token asks for a person', async () => {
    const { world, reader } = await start()
    world.breakToken('revoked')
    await expect(reader.poll()).rejects.toMatchObject({ kind: 'reauthorize' })
  })
}
