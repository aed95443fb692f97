import { PlatformError } from '../error.ts'
import type { Refused } from '../graph/fields.ts'
import { graphCodeOf, saysGone } from '../graph/graph.ts'
import type { PollInput, Wanted } from '../platform.ts'
import { attempt } from '../round.ts'
import type { Read } from './comments.ts'
import { ask, listMentionFields, listSingleFields } from './fields.ts'

const maxRereads = 50

/**
 * What a webhook only named, asked for at once: Meta keeps it for us no longer. Gives back what could not be read for now; what is refused is given up. Under a post
 * of ours the thread tells it.
 */
export async function readMentions(read: Read, refused: Refused, wanted: Wanted[], ours: ReadonlySet<string>): Promise<Wanted[]> {
  const left: Wanted[] = []
  for (const each of wanted) {
    const { kind, id } = each
    const [mediaId = '', commentId] = id.split('/')
    const place = commentId ?? mediaId
    if ((kind !== 'mentioned_media' && kind !== 'mentioned_comment') || !/^\d+$/.test(mediaId) || !/^\d+$/.test(place) || ours.has(mediaId))
      continue
    const through = await attempt(read.round, async () => {
      const { body } = await ask(read.io, refused, read.io.self.accountId, {}, (out) => listMentionFields(kind, place, out))
      const request: Record<string, string> = { mediaId, ...(commentId !== undefined && { commentId }) }
      read.round.pages.push({ resource: `${kind}:${id}`, kind, request, body })
    })
    if (!through) left.push(each)
  }
  return left
}

/** Open messages under our posts, each by itself. What stands elsewhere we may not read, so an absence there would prove nothing. */
export async function reread(read: Read, open: PollInput['open']): Promise<void> {
  for (const { externalId, ref = {} } of open.slice(0, maxRereads)) {
    if (ref.mentionMedia || ref.live || !/^\d+$/.test(externalId)) continue
    const request: Record<string, string> = {
      id: externalId,
      mediaId: ref.mediaId ?? '',
      permalink: ref.permalink ?? '',
      parentId: ref.replyTo && ref.replyTo !== externalId ? ref.replyTo : '',
    }
    read.round.pages.push({ resource: `comment:${externalId}`, kind: 'comment', request, body: await readOne(read, externalId) })
  }
}

async function readOne(read: Read, id: string): Promise<string> {
  try {
    return (await ask(read.io, read.refused, id, {}, listSingleFields)).body
  } catch (error) {
    const code = graphCodeOf(error)
    if (!(error instanceof PlatformError) || code === null || !saysGone(code)) throw error
    return JSON.stringify({ error: { code: code.code, error_subcode: code.subcode, message: code.message } })
  }
}
