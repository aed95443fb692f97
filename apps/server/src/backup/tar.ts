/** One file of an archive. */
export type TarEntry = { name: string; body: Buffer }

const block = 512

/** One entry as tar has it (POSIX.1-1988 ustar): header, bytes, padding. Names up to 100 bytes. `at`: seconds since 1970. */
export function tarEntry({ name, body }: TarEntry, at: number): Buffer {
  const header = Buffer.alloc(block)
  header.write(name, 0, 100, 'utf8')
  header.write('0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write(`${at.toString(8).padStart(11, '0')}\0`, 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((block - (body.length % block)) % block)
  return Buffer.concat([header, body, padding])
}

/** What ends an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * block)

/** The entries of an archive as it streams in, read to the stream's own end, where its checksum is. Throws `NotAnArchive` when it is none, or ends before its end. */
export async function* readTar(stream: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  let held: Buffer[] = []
  let length = 0
  const chunks = stream[Symbol.asyncIterator]()
  const take = async (bytes: number): Promise<Buffer> => {
    while (length < bytes) {
      const next = await chunks.next()
      if (next.done) throw new NotAnArchive(true)
      held.push(next.value)
      length += next.value.length
    }
    const all = held.length === 1 ? held[0]! : Buffer.concat(held)
    held = [all.subarray(bytes)]
    length = all.length - bytes
    return all.subarray(0, bytes)
  }
  for (;;) {
    const header = await take(block)
    if (header.every((byte) => byte === 0)) {
      while (!(await chunks.next()).done);
      return
    }
    const sum = Number.parseInt(header.toString('latin1', 148, 154), 8)
    const plain = Buffer.from(header)
    plain.write('        ', 148)
    if (header.toString('latin1', 257, 262) !== 'ustar' || sum !== sumOf(plain)) throw new NotAnArchive(false)
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8)
    const body = Buffer.from(await take(size))
    await take((block - (size % block)) % block)
    yield { name, body }
  }
}

/** These bytes are no archive of ours, or not all of one. */
export class NotAnArchive extends Error {
  /** It began well and ended too early. */
  readonly cut: boolean
  constructor(cut: boolean) {
    super(cut ? 'It ends too early.' : 'It is not an archive.')
    this.cut = cut
  }
}

function sumOf(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0)
}
