const key = 'answerback.seen'
const keptMax = 500
let seen: Map<string, string> | null = null

/** Whether this browser has shown the conversation since its last message. Personal, and nothing to do with being answered. */
export function isSeen(conversationId: string, lastMessageId: string): boolean {
  return load().get(conversationId) === lastMessageId
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
