const key = 'answerback.seen'
const keptMax = 500
let seen: Map<string, string> | null = null
let since: number | null = null

/** What is older than this when somebody first comes here counts as seen, else the whole list would be news. */
const freshMs = 3_600_000

/** Whether this browser has shown the conversation since its last message. Personal, and nothing to do with being answered. */
export function isSeen(conversationId: string, lastMessage: { id: string; platformAt: string }, now: number): boolean {
  if (load().get(conversationId) === lastMessage.id) return true
  return Date.parse(lastMessage.platformAt) < firstHere(now) - freshMs
}

export function markSeen(conversationId: string, lastMessageId: string): void {
  const all = load()
  if (all.get(conversationId) === lastMessageId) return
  all.delete(conversationId)
  all.set(conversationId, lastMessageId)
  for (const id of all.keys()) {
    if (all.size <= keptMax) break
    all.delete(id)
  }
  try {
    localStorage.setItem(key, JSON.stringify([...all]))
  } catch {
    return
  }
}

function load(): Map<string, string> {
  if (seen !== null) return seen
  try {
    seen = new Map(JSON.parse(localStorage.getItem(key) ?? '[]') as [string, string][])
  } catch {
    seen = new Map()
  }
  return seen
}

function firstHere(now: number): number {
  if (since !== null) return since
  since = now
  try {
    const kept = Number(localStorage.getItem(`${key}.since`))
    if (kept > 0) since = kept
    else localStorage.setItem(`${key}.since`, String(now))
  } catch {
    return now
  }
  return since
}
