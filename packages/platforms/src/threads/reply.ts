import type { Fact } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { graphCodeOf, nextParams } from '../graph/graph.ts'
import { hurried } from '../http.ts'
import { idOf, instantOf, listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameMedia } from '../same-media.ts'
import { sameText } from '../same-text.ts'
import { prepareContainer } from './containers.ts'
import { callGraph } from './graph.ts'
import { mediaOf, permalinkOf, profileOf, versionOf } from './object.ts'

const notReadyMs = 30_000

/**
 * Two steps (Meta, "Create replies"): a container that nobody sees, then its publishing. What goes wrong in the first has done nothing; in the second it may have
 * been published, and `find` tells. There is no key.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const container = await prepareContainer(io, input)
  const externalId = idOf((await publish(io, container)).id)
  if (externalId === null) throw new PlatformError('unavailable', 'Threads took the reply and did not name it')
  return sentReply(io, input, { id: externalId, ...(await lookUp(io, externalId, input)) })
}

async function publish(io: Io, container: string): Promise<JsonRecord> {
  try {
    const call = { method: 'POST' as const, path: `${io.self.accountId}/threads_publish`, params: { creation_id: container } }
    return (await callGraph(io, call)).json
  } catch (error) {
    // The container is not ready yet; nothing was published.
    if (graphCodeOf(error)?.code === 24 && error instanceof PlatformError)
      throw new PlatformError('rate_limited', error.message, { cause: error.cause, retryAfterMs: notReadyMs })
    throw error
  }
}

const lookUpTimeoutMs = 3_000

const mediaFields = 'media_type,media_url,gif_url,thumbnail_url,alt_text'

/** Link and time of what was just written, and what it carries: worth one short question, never worth failing for. */
async function lookUp(io: Io, id: string, { media = [] }: ReplyInput): Promise<JsonRecord> {
  try {
    const fields = `id,permalink,timestamp${media.length > 0 ? `,${mediaFields}` : ''}`
    return (await callGraph(hurried(io, lookUpTimeoutMs), { path: id, params: { fields } })).json
  } catch {
    return {}
  }
}

function sentReply(io: Io, { target, text, media = [] }: ReplyInput, thing: JsonRecord): ReplySent {
  const { handle } = io.self
  const externalId = idOf(thing.id) ?? ''
  const url = permalinkOf(thing.permalink)
  const rootId = target.postExternalId ?? target.ref.rootId ?? target.externalId
  const fact: Fact = messageFact({
    externalId,
    kind: target.externalId === rootId ? 'comment' : 'reply',
    ours: true,
    author: handle === '' ? null : { externalId: `@${handle.toLowerCase()}`, handle, name: null, avatarUrl: null, url: profileOf(handle) },
    parentExternalId: target.externalId,
    postExternalId: rootId,
    text,
    url,
    media: media.length > 0 ? mediaOf(thing) : [],
    platformAt: instantOf(thing.timestamp) ?? io.now().toISOString(),
    version: versionOf(text),
    ref: { rootId },
  })
  return { externalId, url, facts: [fact] }
}

const slackMs = 60_000
const maxPages = 4
const findFields = 'id,text,timestamp,permalink,replied_to'

/**
 * Looks among our own newest replies: below the same message, same words, with files where some were sent, not older than a minute before the send. Without words the
 * descriptions have to be the same. Not seen is `unsure`: it may still come.
 */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const guard = pageGuard(maxPages)
  const more = input.media?.length ? `,${mediaFields},children{alt_text}` : ''
  let query: Record<string, string> | null = { limit: '50', fields: `${findFields}${more}` }
  for (let page = 0; query !== null && page < maxPages; page += 1) {
    guard(JSON.stringify(query))
    const { json } = await callGraph(io, { path: 'me/replies', params: query })
    const ours = listOf(json.data)
      .map(recordOf)
      .find((each) => {
        const below = idOf(recordOf(each.replied_to).id) === input.target.externalId
        return below && isSame(each, input) && !(timeOf(each) < sinceMs) && idOf(each.id) !== null
      })
    if (ours) return { found: 'landed', sent: sentReply(io, input, ours) }
    query = nextParams(json)
  }
  return { found: 'unsure' }
}

function isSame(thing: JsonRecord, { text, media = [] }: ReplyInput): boolean {
  const said = media.length > 0 ? (thing.text ?? '') : thing.text
  if (typeof said !== 'string' || !sameText(said, text)) return false
  if (media.length === 0) return true
  if (['', 'TEXT_POST', 'TEXT'].includes(textOf(thing.media_type))) return false
  const children = listOf(recordOf(thing.children).data).map(recordOf)
  const seen = (children.length > 0 ? children : [thing]).map((each) => ({ kind: 'other' as const, alt: textOf(each.alt_text) }))
  const { same, telling } = sameMedia(media, seen)
  return text !== '' || (same && telling)
}

function timeOf(thing: JsonRecord): number {
  return Date.parse(instantOf(thing.timestamp) ?? '')
}

type Message = { externalId: string; ref: Record<string, string> }

/** Hides a reply right below a post of ours, and what stands below it, or shows it again. Threads refuses it for deeper ones. */
export async function hide(io: Io, { externalId, hidden }: Message & { hidden: boolean }): Promise<void> {
  await callGraph(io, { method: 'POST', path: `${externalId}/manage_reply`, params: { hide: String(hidden) } })
}

/** Deletes a reply of ours. */
export async function remove(io: Io, { externalId }: Message): Promise<void> {
  try {
    await callGraph(io, { method: 'DELETE', path: externalId })
  } catch (error) {
    const gone = error instanceof PlatformError && (error.kind === 'gone' || graphCodeOf(error)?.code === 24)
    if (!gone) throw error
  }
}
