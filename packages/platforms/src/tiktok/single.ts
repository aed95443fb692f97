import { PlatformError } from '../error.ts'
import { idOf, listOf, parseJson, recordOf } from '../json.ts'
import type { PollInput, Wanted } from '../platform.ts'
import { attempt, inGroups, openResource, takeTurn } from '../round.ts'
import { callApi } from './api.ts'
import { readThread } from './comments.ts'
import type { Read } from './comments.ts'

/** One call asks for no more ids than this, of one video. */
const idsPerCall = 30
const callsPerPoll = 6
const pagesPerCall = 4

/** `topId`: the comment above, of a reply. */
type Single = { id: string; videoId: string; topId: string | null; permalink: string }

/** What a webhook named without its words and writer, by id. Gives back what could not be asked for now; what is not there (any more) is done with. */
export async function readWanted(read: Read, wanted: Wanted[], permalinks: ReadonlyMap<string, string>): Promise<Wanted[]> {
  const singles = new Map<string, Single>()
  for (const each of wanted) {
    const [videoId = '', id = '', topId = ''] = each.id.split('/')
    if (each.kind !== 'comment' || ![videoId, id].every(isId)) continue
    singles.set(each.id, { id, videoId, topId: isId(topId) ? topId : null, permalink: permalinks.get(videoId) ?? '' })
  }
  const done = new Set<Single>()
  for (const group of groupsOf([...singles.values()]).slice(0, callsPerPoll)) {
    const through = await attempt(read.round, async () => {
      const missing = await readGroup(read, group, false)
      // Nobody says how soon a reply can be asked for by its id; its thread has it.
      const { videoId, permalink } = group[0]!
      for (const commentId of new Set(missing.flatMap(({ topId }) => topId ?? [])))
        await readThread(read, { videoId, permalink, commentId }).catch(refusedIsNone)
    })
    if (!through) break
    for (const each of group) done.add(each)
  }
  return wanted.filter((each) => {
    const single = singles.get(each.id)
    return single !== undefined && !done.has(single)
  })
}

/** Open messages by their ids, some in turn where they stand below many videos: those that do not come, to the end of the answer, are gone. */
export async function reread(read: Read, open: PollInput['open']): Promise<void> {
  const singles = open.flatMap(({ externalId, ref = {} }): Single[] => {
    const { videoId = '', topId = '', permalink = '' } = ref
    if (![externalId, videoId].every(isId)) return []
    return [{ id: externalId, videoId, topId: isId(topId) && topId !== externalId ? topId : null, permalink }]
  })
  const { chosen, turn } = takeTurn(groupsOf(singles), read.state.openTurn, { newest: 0, others: callsPerPoll })
  for (const group of chosen) if (!(await attempt(read.round, async () => void (await readGroup(read, group, true))))) return
  read.state.openTurn = turn
}

function isId(text: string): boolean {
  return /^\w+$/.test(text)
}

function groupsOf(singles: Single[]): Single[][] {
  const byVideo = new Map<string, Single[]>()
  for (const each of singles) byVideo.set(each.videoId, [...(byVideo.get(each.videoId) ?? []), each])
  return [...byVideo.values()].flatMap((each) => inGroups(each, idsPerCall))
}

/**
 * Some of one video by their ids. Gives those that did not come; with `gone` these are told as gone: a comment at once, a reply only when its thread, read to the end, does not
 * have it either.
 */
async function readGroup(read: Read, group: Single[], gone: boolean): Promise<Single[]> {
  const { videoId, permalink } = group[0]!
  const { body, came, whole } = await ask(read, group)
  const missing = group.filter(({ id }) => !came.has(id))
  const told: string[] = []
  for (const { id, topId } of gone && whole ? missing : []) {
    if (topId === null || !(await threadHas(read, { videoId, permalink, commentId: topId }, id))) told.push(id)
  }
  const ids = [...came.keys(), ...told]
  read.round.pages.push({
    resource: openResource(`${videoId} ${group.map(({ id }) => id).join(',')}`),
    kind: 'open',
    request: { videoId, permalink, ids: gone && whole ? ids.join(',') : '' },
    body,
  })
  return missing
}

/** `whole`: whatever did not come would not come on a further page either. */
type Answered = { body: string; came: Set<string>; whole: boolean }

/** Where one id that is no more spoils the answer for all, each is asked for by itself. */
async function ask(read: Read, group: Single[]): Promise<Answered> {
  try {
    return await askPages(read, group)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    if (group.length === 1)
      return { body: JSON.stringify({ code: 40007, message: error.message, data: { comments: [] } }), came: new Set(), whole: true }
  }
  const answers: Answered[] = []
  for (const each of group) answers.push(await ask(read, [each]))
  const comments = answers.flatMap(({ body }) => listOf(recordOf(recordOf(parseJson(body)).data).comments))
  return { ...answerOf(comments), whole: answers.every(({ whole }) => whole) }
}

/** Page by page, as long as some are missing and more is to come: a short page is not the end. */
async function askPages({ io }: Read, group: Single[]): Promise<Answered> {
  const params = { video_id: group[0]!.videoId, comment_ids: group.map(({ id }) => id), status: 'ALL', max_count: String(idsPerCall) }
  const comments: unknown[] = []
  for (let page = 1, place: { cursor?: string } = {}; ; page += 1) {
    const { body, data } = await callApi(io, { path: '/business/comment/list/', params: { ...params, ...place } })
    if (!Array.isArray(data.comments)) throw new PlatformError('unavailable', 'TikTok gave no list of comments')
    comments.push(...listOf(data.comments))
    const answered = answerOf(comments)
    const whole = data.has_more !== true || group.every(({ id }) => answered.came.has(id))
    const cursor = idOf(data.cursor)
    if (whole || cursor === null || cursor === place.cursor || page === pagesPerCall)
      return { ...answered, ...(page === 1 && { body }), whole }
    place = { cursor }
  }
}

function answerOf(comments: unknown[]): { body: string; came: Set<string> } {
  const came = new Set(comments.flatMap((each) => idOf(recordOf(each).comment_id) ?? []))
  return { body: JSON.stringify({ code: 0, data: { comments } }), came }
}

async function threadHas(read: Read, thread: { videoId: string; permalink: string; commentId: string }, id: string): Promise<boolean> {
  const from = read.round.pages.length
  try {
    await readThread(read, thread)
  } catch (error) {
    // Gone with the comment above. A refusal (a hidden comment's replies are not listed) proves nothing.
    if (error instanceof PlatformError && (error.kind === 'gone' || error.kind === 'rejected')) return error.kind === 'rejected'
    throw error
  }
  const isCut = `${thread.videoId}/${thread.commentId}` in read.state.pending
  return isCut || read.round.pages.slice(from).some(({ body }) => body.includes(id))
}

function refusedIsNone(error: unknown): void {
  if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
}
