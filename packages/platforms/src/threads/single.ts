import type { PolledPage, PollInput, Wanted } from '../platform.ts'
import { attempt } from '../round.ts'
import { graphCodeOf, saysGone } from '../graph/graph.ts'
import type { Read } from './conversation.ts'
import { ask, listPostFields } from './fields.ts'

const maxRereads = 50

/** What a webhook only named (our own posts and replies), by id. Gives back what could not be read for now; what is gone or refused is done with. */
export async function readWanted(read: Read, wanted: Wanted[]): Promise<Wanted[]> {
  const left: Wanted[] = []
  for (const each of wanted) {
    if (each.kind !== 'single' || !/^\w+$/.test(each.id)) continue
    const through = await attempt(read.round, async () => {
      const page = await readOne(read, each.id)
      if (page.kind === 'single') read.round.pages.push(page)
    })
    if (!through) left.push(each)
  }
  return left
}

/**
 * Open messages, each by its id. Meta does not say that everybody's replies may be read so, and an error would look like an absence: that something is gone counts only
 * once such a reading has worked (`works`, kept from poll to poll). Gives whether it has.
 */
export async function reread(read: Read, open: PollInput['open'], works: boolean, ours: ReadonlySet<string>): Promise<boolean> {
  const gone: PolledPage[] = []
  let worked = works
  for (const { externalId, ref = {} } of open.slice(0, maxRereads)) {
    if (!/^\w+$/.test(externalId)) continue
    const through = await attempt(read.round, async () => {
      const place: Record<string, string> = ref.mention
        ? { mention: '1' }
        : ref.rootId && ours.has(ref.rootId)
          ? { postId: ref.rootId }
          : {}
      const page = await readOne(read, externalId, place)
      if (page.kind === 'gone') return void gone.push(page)
      worked = true
      read.round.pages.push(page)
    })
    if (!through) break
  }
  if (worked) read.round.pages.push(...gone)
  return worked
}

/** Threads says 24 or 100/33 of what is not there. */
async function readOne(read: Read, id: string, place: Record<string, string> = {}): Promise<PolledPage> {
  try {
    const { body } = await ask(read.io, read.refused, id, {}, listPostFields)
    return { resource: `single:${id}`, kind: 'single', request: { id, ...place }, body }
  } catch (error) {
    const code = graphCodeOf(error)
    if (code === null || !(saysGone(code) || code.code === 24)) throw error
    const body = JSON.stringify({ error: { code: code.code, error_subcode: code.subcode, message: code.message } })
    return { resource: `single:${id}`, kind: 'gone', request: { id }, body }
  }
}
