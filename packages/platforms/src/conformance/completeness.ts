import { expect, onTestFinished, test } from 'vitest'
import type { Platform } from '../platform.ts'
import { inGroups } from '../round.ts'
import { Reader } from './reader.ts'
import type { World } from './world.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
/** Longer than any list that is read for its newest alone; and more posts than the server names to a poll by themselves. */
const many = 60
const newerPosts = 22

type Start = () => Promise<{ world: World; reader: Reader }>

/** That nothing is missed, as far as the platform can be asked: the past as far as somebody wants it, an old message again, a post to its end. */
export function checkCompleteness(platform: Platform, open: () => Promise<World>): void {
  const { reads, gapless } = platform.can
  const start: Start = async () => {
    const world = await open()
    onTestFinished(() => world.close())
    return { world, reader: new Reader(platform, world) }
  }
  const comments = reads.includes('comment')
  checkPast(start, comments)
  checkOld(start, platform, comments)
  if (comments && !gapless) checkWhole(start, platform)
}

/** Somebody's words below a post; where there are only reviews, one. */
function say(world: World, comments: boolean, name: string, post: string): string {
  return comments ? world.comment(name, `words of ${name}`, post) : world.review!(name, `words of ${name}`, 4)
}

/** Reads again every five minutes until `round` says that it is done, and not for ever. */
async function readOn(world: World, rounds: number, round: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < rounds; count += 1) {
    if (await round()) return
    world.pass(5 * minuteMs)
  }
}

function checkPast(start: Start, comments: boolean): void {
  test('reaches back as far as it is asked to, and not to the beginning of the world', async () => {
    const { world, reader } = await start()
    world.shortPages()
    reader.deaf = true
    const sayBelow = (names: string[], each: number): string[] =>
      inGroups(names, each).flatMap((group) => {
        const post = world.post(`Post for ${group.join(', ')}`)
        // Many platforms tell seconds at most, and order by them.
        world.pass(minuteMs)
        return group.map((name) => say(world, comments, name, post))
      })
    const namesOf = (word: string, count: number): string[] => Array.from({ length: count }, (_, number) => `${word} ${number}`)
    const ancient = sayBelow(namesOf('Ancient', 160), 2)
    world.pass(100 * dayMs)
    const wanted = sayBelow(namesOf('Older', 12), 6)
    world.pass(100 * dayMs)
    const newest = sayBelow(['New'], 1)
    reader.backTo = new Date(world.io.now().getTime() - 130 * dayMs).toISOString()
    await reader.poll()
    await reader.poll()
    // What is said now waits for nothing older.
    expect(newest.filter((id) => !reader.facts.has(id))).toEqual([])
    await readOn(world, 20, async () => {
      await reader.poll()
      return reader.isBack && wanted.every((id) => reader.facts.has(id))
    })
    expect(reader.isBack).toBe(true)
    expect(wanted.filter((id) => !reader.facts.has(id))).toEqual([])
    expect(ancient.filter((id) => reader.facts.has(id)).length).toBeLessThan(ancient.length)
  })
}

function checkOld(start: Start, { can: { misses = [] } }: Platform, comments: boolean): void {
  test('sees by asking alone what becomes of a message that has long been open', async () => {
    const { world, reader } = await start()
    const post = world.post('Long ago')
    const edited = say(world, comments, 'Ana', post)
    const deleted = say(world, comments, 'Bo', post)
    await reader.poll()
    await reader.poll()
    const { version } = reader.message(edited)
    world.pass(20 * dayMs)
    for (let number = 0; number < newerPosts; number += 1) world.post(`Newer ${number}`)
    if (!comments) for (let number = 0; number < many; number += 1) say(world, comments, `P${number}`, post)
    await reader.poll([edited, deleted])
    reader.deaf = true
    world.loseNotifications()
    world.edit(edited, 'second words')
    world.remove(deleted)
    const isEdited = (): boolean => misses.includes('edit') || reader.message(edited).version !== version
    const isGone = (): boolean => misses.includes('removal') || reader.removed.has(deleted)
    await readOn(world, 12, async () => {
      await reader.poll([edited, deleted])
      return isEdited() && isGone()
    })
    expect({ edited: isEdited(), gone: isGone() }).toEqual({ edited: true, gone: true })
    if (!misses.includes('edit')) expect(reader.message(edited).text).toContain('second words')
    expect(reader.removed.has(edited)).toBe(false)
  })
}

function checkWhole(start: Start, { can: { reads, misses = [] } }: Platform): void {
  test('reads a post to its end when something is missing there, and says so only then', async () => {
    const { world, reader } = await start()
    world.shortPages()
    const post = world.post('Long ago')
    await reader.poll()
    world.pass(20 * dayMs)
    for (let number = 0; number < newerPosts; number += 1) world.post(`Newer ${number}`)
    const said = Array.from({ length: many }, (_, number) => world.comment(`P${number}`, `comment ${number}`, post))
    const answer = misses.includes('native') ? null : world.answer('Yes, from Monday', said[5]!)
    if (answer !== null) said.push(answer)
    if (reads.includes('reply')) said.push(...said.slice(0, 3).map((id) => world.comment('Bo', 'I wonder too', id)))
    reader.deaf = true
    await reader.poll()
    await reader.poll()
    for (const id of said) reader.facts.delete(id)
    const claims = (): boolean => reader.last?.read?.includes(post) === true
    reader.last!.read = []
    world.fault('server_error', 'read', 1_000)
    await reader.poll([], [post]).catch(() => {})
    expect(claims()).toBe(false)
    world.calm()
    await readOn(world, 12, async () => {
      await reader.poll([], [post])
      return claims()
    })
    expect(claims()).toBe(true)
    expect(said.filter((id) => !reader.facts.has(id))).toEqual([])
    if (answer !== null) expect(reader.message(answer)).toMatchObject({ ours: true, automated: false, parentExternalId: said[5] })
  })
}
