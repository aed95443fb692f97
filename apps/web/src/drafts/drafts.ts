/** A reply begun and not sent. `key` is the idempotency key of its last try, so that trying again after a lost answer sends it once. */
export type Draft = { text: string; key: string | null; at: number }
type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const prefix = 'answerback.draft.'
const keptMs = 30 * 86_400_000

/** The draft of a conversation, or null. Never throws: a full or forbidden store only means that nothing is kept. */
export function readDraft(store: Kept, userId: string, conversationId: string): Draft | null {
  try {
    const raw = store.getItem(nameOf(userId, conversationId))
    const draft = raw === null ? null : (JSON.parse(raw) as Partial<Draft>)
    if (draft === null || typeof draft.text !== 'string' || draft.text === '') return null
    return { text: draft.text, key: draft.key ?? null, at: draft.at ?? 0 }
  } catch {
    return null
  }
}

/** Keeps the text, or forgets it when it is blank. Another text needs another key; the same text keeps its own. */
export function writeDraft(store: Kept, userId: string, conversationId: string, text: string, now: number): void {
  try {
    const name = nameOf(userId, conversationId)
    if (text.trim() === '') return store.removeItem(name)
    const before = readDraft(store, userId, conversationId)
    const draft: Draft = { text, key: before?.text === text ? before.key : null, at: now }
    store.setItem(name, JSON.stringify(draft))
  } catch {
    return
  }
}

/** The key to send this draft with: the one it was tried with before, else `fresh`, which is then kept beside the text. */
export function keyForSending(store: Kept, userId: string, conversationId: string, text: string, fresh: string, now: number): string {
  const before = readDraft(store, userId, conversationId)
  const key = before?.text === text && before.key !== null ? before.key : fresh
  try {
    store.setItem(nameOf(userId, conversationId), JSON.stringify({ text, key, at: now } satisfies Draft))
  } catch {
    return key
  }
  return key
}

export function dropDraft(store: Kept, userId: string, conversationId: string): void {
  try {
    store.removeItem(nameOf(userId, conversationId))
  } catch {
    return
  }
}

/** How many drafts are kept here, whoever wrote them. Those older than 30 days are dropped on the way. */
export function countDrafts(store: Kept, now: number): number {
  try {
    const names = Array.from({ length: store.length }, (_, index) => store.key(index)).filter(
      (name): name is string => name?.startsWith(prefix) ?? false,
    )
    const old = names.filter((name) => now - atOf(store.getItem(name)) > keptMs)
    for (const name of old) store.removeItem(name)
    return names.length - old.length
  } catch {
    return 0
  }
}

function atOf(raw: string | null): number {
  try {
    return (JSON.parse(raw ?? '{}') as Partial<Draft>).at ?? 0
  } catch {
    return 0
  }
}

function nameOf(userId: string, conversationId: string): string {
  return `${prefix}${userId}.${conversationId}`
}
