import { PlatformError } from '../error.ts'
import { listOf, nameOf, recordOf, textOf } from '../json.ts'
import { attempt } from '../round.ts'
import { apiHost, rest } from './api.ts'
import type { Read } from './poll.ts'

const maxPerPoll = 30
const reasons = new Set(['mention', 'team_mention'])

/**
 * Notifications since the last ones, where the account is mentioned in an issue elsewhere: of each the newest comment, which is the one told of. Whoever asks too soon is told to wait
 * (`X-Poll-Interval`). `backToAt`: no older ones (ms), 0 for all that are told.
 */
export async function readMentions(read: Read, backToAt: number): Promise<void> {
  const { io, round, state } = read
  if (io.now().getTime() < state.notBeforeAt) return
  const headers: Record<string, string> = state.lastModified === null ? {} : { 'if-modified-since': state.lastModified }
  const since: Record<string, string> = backToAt > 0 ? { since: new Date(backToAt).toISOString() } : {}
  const query = new URLSearchParams({ participating: 'true', all: 'true', per_page: '50', ...since }).toString()
  const answer = await rest(io, `${apiHost}/notifications?${query}`, { headers })
  const seconds = Number(answer.headers.get('x-poll-interval') ?? Number.NaN)
  state.notBeforeAt = seconds > 0 && seconds < 86_400 ? io.now().getTime() + seconds * 1000 : 0
  if (answer.status === 304) return
  if (!Array.isArray(answer.data.list))
    throw new PlatformError('unavailable', 'GitHub answered with something that is no list of notifications')
  const here = `${io.settings.owner}/${io.settings.name}`.toLowerCase()
  let count = 0
  let well = true
  for (const value of listOf(answer.data.list).toReversed()) {
    const { id, reason, updated_at: updatedAt, subject, repository } = recordOf(value)
    const { latest_comment_url: latest, url } = recordOf(subject)
    const isHere = textOf(recordOf(repository).full_name).toLowerCase() === here
    const address = nameOf(latest) ?? nameOf(url)
    const key = nameOf(id) ?? address ?? ''
    // Discussions have no address in this API; ours are read anyway.
    if (!reasons.has(textOf(reason)) || isHere || address === null || state.told.get(key) === updatedAt) continue
    if (count >= maxPerPoll) well = false
    if (!well) break
    count += 1
    well = await attempt(round, async () => {
      const { body } = await rest(io, address)
      round.pages.push({ resource: `mention:${address}`, kind: 'mention', request: { at: address }, body })
    })
    if (well) state.told.set(key, textOf(updatedAt))
  }
  // Asked for again where something is left.
  state.lastModified = well ? answer.headers.get('last-modified') : null
}

/** A mention that still waits, as it stands now. */
export async function rereadMention({ io, round }: Read, id: string, address: string): Promise<void> {
  const page = { resource: `open:${id}`, kind: 'mention', request: { id, at: address } }
  try {
    const { body } = await rest(io, address)
    round.pages.push({ ...page, body })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    round.pages.push({ ...page, body: '{"gone":true}' })
  }
}
