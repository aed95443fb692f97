import { PlatformError } from '../error.ts'
import { listFields } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { graphCodeOf, saysGone } from '../graph/graph.ts'
import type { Io, PolledPage, PollInput } from '../platform.ts'
import { inGroups, openResource } from '../round.ts'
import { ask, commentFields, postFields } from './fields.ts'

/** One open message and the post it stands under; `postId` empty for a visitor's post. */
export type OpenItem = { id: string; postId: string }

/** Open messages on our page in groups of 50, comments and visitors' posts apart. What stands elsewhere, or under a post we do not know, is left out: an absence there would prove nothing. */
export function groupOpen(open: PollInput['open'], knownPosts: Iterable<string>, pageId: string): OpenItem[][] {
  const postByPart = new Map([...knownPosts].map((id) => [id.split('_')[1] ?? id, id]))
  const items = open.flatMap(({ externalId: id, ref }): OpenItem[] => {
    const [part = '', rest] = id.split('_')
    // A comment of long ago names the post that this round did not read.
    const named = ref?.postId?.startsWith(`${pageId}_`) ? ref.postId : undefined
    const postId = part === pageId ? '' : (postByPart.get(part) ?? named)
    return postId === undefined || rest === undefined || id.includes(',') ? [] : [{ id, postId }]
  })
  return [
    ...inGroups(
      items.filter((item) => item.postId !== ''),
      50,
    ),
    ...inGroups(
      items.filter((item) => item.postId === ''),
      50,
    ),
  ]
}

/** Reads a group again, all at once by `?ids=`; one that is gone can fail the whole answer, and then each is asked for by itself. */
export async function rereadGroup(io: Io, refused: Refused, group: OpenItem[], pages: PolledPage[]): Promise<void> {
  const fields = (left: Refused): string => listFields(group[0]?.postId === '' ? postFields : commentFields, left)
  try {
    const ids = group.map((item) => item.id).join(',')
    const { body } = await ask(io, refused, '', { ids }, fields)
    pages.push(pageOf(group, body))
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
    for (const item of group) pages.push(pageOf([item], await rereadOne(io, refused, item.id, fields)))
  }
}

async function rereadOne(io: Io, refused: Refused, id: string, fields: (refused: Refused) => string): Promise<string> {
  try {
    const { json } = await ask(io, refused, id, {}, fields)
    return JSON.stringify({ [id]: json })
  } catch (error) {
    const code = graphCodeOf(error)
    if (code === null || !saysGone(code)) throw error
    return JSON.stringify({ error: { code: code.code, error_subcode: code.subcode, message: code.message } })
  }
}

function pageOf(group: OpenItem[], body: string): PolledPage {
  const ids = group.map((item) => item.id).join(',')
  return { resource: openResource(ids), kind: 'open', request: { ids, posts: group.map((item) => item.postId).join(',') }, body }
}
