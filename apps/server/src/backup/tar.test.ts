import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotAnArchive, readTar, tarEnd, tarEntry, type TarEntry } from './tar.ts'

async function read(bytes: Buffer, pieceBytes: number): Promise<TarEntry[]> {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes))
  const entries: TarEntry[] = []
  for await (const entry of readTar(Readable.from(pieces))) entries.push(entry)
  return entries
}

function write(entries: TarEntry[]): Buffer {
  return Buffer.concat([...entries.map((entry) => tarEntry(entry, 1_700_000_000)), tarEnd])
}

const entry = fc.record({
  name: fc.stringMatching(/^[a-z_]{1,40}\/[0-9]{6}\.copy$/),
  body: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
})

test('what was written is read again, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), fc.integer({ min: 1, max: 3_000 }), async (entries, pieceBytes) => {
      expect(await read(write(entries), pieceBytes)).toEqual(entries)
    }),
  )
})

test('whatever its end is cut off at, it is noticed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      async (entries, share) => {
        const whole = write(entries)
        // The second of the two blocks that end it says nothing new.
        const cut = whole.subarray(0, Math.floor(share * (whole.length - 1_024)))
        await expect(read(cut, 700)).rejects.toMatchObject({ cut: true })
      },
    ),
  )
})

test('other bytes are not an archive', async () => {
  const rejected = await read(Buffer.alloc(2_048, 'x'), 512).catch((error: unknown) => error)
  expect(rejected).toBeInstanceOf(NotAnArchive)
  expect(rejected).toMatchObject({ cut: false })
})

test("the system's own tar reads it", () => {
  const folder = mkdtempSync(join(tmpdir(), 'answerback-tar-'))
  writeFileSync(join(folder, 'a.tar'), write([{ name: 'message/000001.copy', body: Buffer.from('ünïcödé 👋\n') }]))
  execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder })
  expect(readFileSync(join(folder, 'message/000001.copy'), 'utf8')).toBe('ünïcödé 👋\n')
  rmSync(folder, { recursive: true })
})
