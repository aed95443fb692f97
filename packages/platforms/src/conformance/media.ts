import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Media } from '@answerback/core/facts'
import { type MediaLimit, maxUploadBytes } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import type { FindInput, Platform, ReplyMedia, ReplySent } from '../platform.ts'
import { Reader } from './reader.ts'
import { sampleFile } from './sample-file.ts'
import type { Fault, World } from './world.ts'

/** Long enough for every platform. */
const words = 'Like this one, in the same blue'
/** What becomes of an upload that goes wrong: nothing, and it says so. A refusal is one for good. `null`: where the platform's words are of a trouble, it is not. */
const uploadFaults: [Fault, PlatformError['kind'] | null][] = [
  ['server_error', 'unavailable'],
  ['unavailable', 'unavailable'],
  ['hang', 'unavailable'],
  ['reset', 'unavailable'],
  ['bad_json', 'unavailable'],
  ['html', 'unavailable'],
  ['rate_limited', 'rate_limited'],
  ['accept_then_reset', 'unavailable'],
  ['accept_then_400', null],
  ['too_large', 'rejected'],
]

/** What goes with the words arrives whole, in order and described; nothing of it is dropped in silence; and doubt is settled as for words alone. */
export function checkMedia(platform: Platform, open: () => Promise<World>): void {
  const { can } = platform
  const limit = can.replyLimit.media
  test('takes files only where it takes replies', () => {
    expect(limit === undefined || can.reply !== false).toBe(true)
  })
  if (!limit) return
  const types = Object.keys(limit.types)
  const together = types.filter((type) => !limit.alone?.includes(type))
  const most = together.length > 0 ? limit.max : 1
  const looks = can.exactlyOnce !== 'none' && can.polls !== false
  const echoes = looks && !can.misses?.includes('native')

  const start = async (): Promise<{ world: World; reader: Reader; comment: string; input: FindInput }> => {
    const world = await open()
    onTestFinished(() => world.close())
    if (!world.mediaOf) throw new Error('a world whose platform takes media has to tell what a message carries')
    const reader = new Reader(platform, world)
    const post = world.post('Our post')
    if (can.misses?.includes('past')) await reader.poll()
    const comment = world.comment('Ana', 'What does it look like?', post)
    await reader.poll()
    await reader.poll()
    const createdAt = world.io.now().toISOString()
    const target = reader.target(comment)
    return {
      world,
      reader,
      comment,
      input: { target, text: words, key: '01994e1c-0000-7000-8000-000000000002', createdAt, since: createdAt },
    }
  }
  const filesOf = (chosen: string[], from = 0): Promise<ReplyMedia[]> =>
    Promise.all(chosen.map((type, nth) => aFile(limit, type, from + nth)))
  const many = (count: number): string[] => Array.from({ length: count }, (_, nth) => together[nth % together.length] ?? types[0]!)

  const expectCarried = async (world: World, sent: ReplySent, files: ReplyMedia[]): Promise<void> => {
    const wanted = await Promise.all(
      files.map(async ({ type, alt, bytes }) => ({ type, alt: limit.altMax === undefined ? '' : alt, bytes: Buffer.from(await bytes()) })),
    )
    expect(world.mediaOf!(sent.externalId).map((each) => ({ ...each, bytes: Buffer.from(each.bytes) }))).toEqual(wanted)
  }

  test.each(types)('takes %s along, below its target, and the fact says so', async (type) => {
    const { world, reader, comment, input } = await start()
    const media = await filesOf([type])
    const sent = await platform.reply(world.io, { ...input, media })
    expect(world.parentOf(sent.externalId)).toBe(comment)
    expect(world.repliesSaying(words)).toEqual([sent.externalId])
    await expectCarried(world, sent, media)
    if (!echoes) return
    const fact = sent.facts.find((each) => each.fact === 'message')
    expect(fact?.media).toHaveLength(1)
    await reader.poll([comment])
    await reader.poll([comment])
    const echo = reader.message(sent.externalId)
    expect(echo.version).toBe(fact?.version)
    // Addresses may be signed anew each time.
    const shown = (media: Media[] = []): unknown => media.map(({ kind, alt }) => ({ kind, alt }))
    expect(shown(echo.media)).toEqual(shown(fact?.media))
  })

  test('takes as many as it says, in their order, each with its description', async () => {
    const { world, input } = await start()
    const media = await filesOf(many(most))
    const sent = await platform.reply(world.io, { ...input, media })
    await expectCarried(world, sent, media)
    if (looks)
      expect(await platform.find(world.io, { ...input, media })).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId } })
  })

  test('one too many is refused, or goes along: none is dropped in silence', async () => {
    const { world, input } = await start()
    const media = await filesOf(many(limit.max + 1))
    const outcome = await platform.reply(world.io, { ...input, media }).catch((error: unknown) => error as PlatformError)
    if (outcome instanceof PlatformError) {
      expect(outcome.kind).toBe('rejected')
      expect(world.repliesSaying(words)).toEqual([])
    } else expect(world.mediaOf!(outcome.externalId)).toHaveLength(media.length)
  })

  const { totalBytes } = limit
  if (totalBytes !== undefined)
    test('takes as many bytes together as it says, beside words and descriptions, and one more reaches nobody', async () => {
      const { world, input } = await start()
      const type = together[0]!
      const each = Math.min(limit.types[type]!, maxUploadBytes)
      const sizes = Array.from({ length: Math.ceil(totalBytes / each) }, (_, nth) => Math.min(each, totalBytes - nth * each))
      expect(sizes.length, 'or it says nothing').toBeLessThanOrEqual(most)
      const plain = await filesOf(sizes.map(() => type))
      const heavy = (more: number): ReplyMedia[] =>
        plain.map((file, nth) => ({
          ...file,
          bytes: async () => padded(await file.bytes(), sizes[nth]! + (nth === sizes.length - 1 ? more : 0)),
        }))
      await expect(platform.reply(world.io, { ...input, media: heavy(1) })).rejects.toMatchObject({ kind: 'rejected', notSent: true })
      expect(world.repliesSaying(words)).toEqual([])
      const described = heavy(0).map((file) => ({ ...file, alt: 'é'.repeat(limit.altMax ?? 1) }))
      const { externalId } = await platform.reply(world.io, { ...input, media: described })
      expect(world.mediaOf!(externalId).map(({ bytes }) => bytes.length)).toEqual(sizes)
    })

  test('never says of files without words that they landed when others did', async () => {
    if (!limit.wordless) return expect(limit.wordless).toBeFalsy()
    const { world, input } = await start()
    const files = await filesOf(many(2))
    const wordless = { ...input, text: '', media: files.slice(0, 1) }
    const sent = await platform.reply(world.io, wordless)
    await expectCarried(world, sent, wordless.media)
    const other = { ...input, key: '01994e1c-0000-7000-8000-000000000003', text: '', media: files.slice(1) }
    expect((await platform.find(world.io, other)).found).toBe(can.exactlyOnce === 'key' ? 'absent' : 'unsure')
    const found = await platform.find(world.io, wordless)
    if (found.found === 'landed') expect(found.sent.externalId).toBe(sent.externalId)
    else expect(found.found).toBe(can.exactlyOnce === 'key' && !looks ? 'absent' : 'unsure')
  })

  if (limit.wordless && looks && limit.altMax !== undefined)
    test('finds files without words by their descriptions', async () => {
      const { world, input } = await start()
      const wordless = { ...input, text: '', media: await filesOf(many(1)) }
      const sent = await platform.reply(world.io, wordless)
      expect(await platform.find(world.io, wordless)).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId } })
    })

  test.each(['accept_then_reset', 'accept_then_500', 'reset'] satisfies Fault[])(
    'after %s of the reply itself find tells the truth',
    async (fault) => {
      const { world, input } = await start()
      const withMedia = { ...input, media: await filesOf(many(1)) }
      world.fault(fault, 'write', 1)
      await expect(platform.reply(world.io, withMedia)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
      const there = world.repliesSaying(words)
      expect(there).toHaveLength(fault === 'reset' ? 0 : 1)
      const found = await platform.find(world.io, withMedia)
      if (there[0] !== undefined && looks) expect(found).toMatchObject({ found: 'landed', sent: { externalId: there[0] } })
      else expect(found.found).toBe(can.exactlyOnce === 'key' ? 'absent' : 'unsure')
      if (can.exactlyOnce !== 'key') return
      const again = await platform.reply(world.io, withMedia)
      expect(world.repliesSaying(words)).toEqual([again.externalId])
      await expectCarried(world, again, withMedia.media)
    },
  )

  test.each(uploadFaults)('an upload that meets %s leaves no reply, and says that nothing was sent', async (fault, kind) => {
    const { world, input } = await start()
    if (!world.uploads) return expect(world.uploads).toBeFalsy()
    const media = await filesOf(many(1))
    if (fault === 'hang') world.io.timeoutMs = 300
    world.fault(fault, 'upload', 1)
    const outcome = await platform.reply(world.io, { ...input, media }).catch((error: unknown) => error)
    delete world.io.timeoutMs
    expect(outcome, 'an upload failed, and the reply went without it').toBeInstanceOf(PlatformError)
    const failure = outcome as PlatformError
    if (kind !== null) expect(failure.kind).toBe(kind)
    if (failure.kind !== 'rejected') expect(failure.notSent).toBe(true)
    expect(world.repliesSaying(words)).toEqual([])
    // The next try brings it; a fault that was not met, because something before was too slow, is over.
    world.calm()
    const sent = await platform.reply(world.io, { ...input, media })
    expect(world.repliesSaying(words)).toEqual([sent.externalId])
    await expectCarried(world, sent, media)
  })

  const { editReply } = platform
  if (editReply)
    test('other words keep the files', async () => {
      const { world, input } = await start()
      const media = await filesOf(many(1))
      const sent = await platform.reply(world.io, { ...input, media })
      const fact = sent.facts.find((each) => each.fact === 'message')
      await editReply(world.io, { externalId: sent.externalId, ref: fact?.ref ?? {}, text: 'No, like that one, in the other blue' })
      expect(world.textOf?.(sent.externalId)).toContain('No, like that one, in the other blue')
      await expectCarried(world, sent, media)
    })
}

async function aFile(limit: MediaLimit, type: string, nth: number): Promise<ReplyMedia> {
  const { bytes, width, height } = sampleFile(type, nth)
  const url = limit.byAddress ? await served(type, bytes) : null
  return {
    id: `01994e1c-0000-7000-8000-00000000010${nth}`,
    type,
    name: `picture ${nth}.${endings[type] ?? type.split('/')[1] ?? 'bin'}`,
    alt: `The bag, from side ${nth}`,
    width,
    height,
    url,
    bytes: async () => bytes,
  }
}

/** The same file, with nothing behind it until it has so many bytes. */
function padded(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  whole.set(bytes)
  return whole
}

const endings: Record<string, string> = { 'image/jpeg': 'jpg', 'video/quicktime': 'mov' }

/** Our own public address of a file, for platforms that fetch it. */
async function served(type: string, bytes: Uint8Array): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': type }).end(bytes))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
}
