/** A file that goes with a draft. `key` names it in this browser; `uploadId` is null while it is not (or no longer) on the server; `bytes`: as it will be sent. */
export type DraftFile = { key: string; uploadId: string | null; type: string; name: string; bytes: number; alt: string }
/** What is written: words and files, in their order. */
export type Written = { text: string; files: readonly DraftFile[] }
/** A reply begun and not sent. `key` is the idempotency key of its last try, so that trying again after a lost answer sends it once. */
export type Draft = Written & { key: string | null; at: number }
/** The part of a browser's store that drafts need. */
export type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export const nothingWritten: Written = { text: '', files: [] }

const prefix = 'answerback.draft.'
const keptMs = 30 * 86_400_000

/** The draft of a conversation, or null. Never throws: a full or forbidden store only means that nothing is kept. */
export function readDraft(store: Kept, userId: string, conversationId: string): Draft | null {
  try {
    const raw = store.getItem(nameOf(userId, conversationId))
    const draft = raw === null ? null : (JSON.parse(raw) as Partial<Draft>)
    if (draft === null) return null
    const text = typeof draft.text === 'string' ? draft.text : ''
    const files = Array.isArray(draft.files) ? draft.files : []
    return text === '' && files.length === 0 ? null : { text, files, key: draft.key ?? null, at: draft.at ?? 0 }
  } catch {
    return null
  }
}

/** What the store has for a draft, as it stands there; null for nothing. Never throws. */
export function keptAs(store: Kept, userId: string, conversationId: string): string | null {
  try {
    return store.getItem(nameOf(userId, conversationId))
  } catch {
    return null
  }
}

/** Keeps what is written, or forgets it when there is nothing. Something else needs another key; the same keeps its own. */
export function writeDraft(store: Kept, userId: string, conversationId: string, written: Written, now: number): void {
  try {
    const name = nameOf(userId, conversationId)
    if (isBlank(written)) return store.removeItem(name)
    const before = readDraft(store, userId, conversationId)
    const draft: Draft = { ...written, key: before !== null && saysTheSame(before, written) ? before.key : null, at: now }
    store.setItem(name, JSON.stringify(draft))
  } catch {
    return
  }
}

/** The key to send this draft with: the one it was tried with before, else `fresh`, which is then kept beside it. */
export function keyForSending(store: Kept, userId: string, conversationId: string, written: Written, fresh: string, now: number): string {
  const before = readDraft(store, userId, conversationId)
  const key = before !== null && saysTheSame(before, written) && before.key !== null ? before.key : fresh
  try {
    store.setItem(nameOf(userId, conversationId), JSON.stringify({ ...written, key, at: now } satisfies Draft))
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

/** Neither words nor files. */
export function isBlank({ text, files }: Written): boolean {
  return text.trim() === '' && files.length === 0
}

/** What is written beyond what was sent: what was added while it was on its way. Words that were changed in the middle stay whole. */
export function leftOver(now: Written, sent: Written): Written {
  const text = now.text.startsWith(sent.text) ? now.text.slice(sent.text.length).trimStart() : now.text
  return { text, files: now.files.filter(({ key }) => !sent.files.some((each) => each.key === key)) }
}

/** What comes back, before what was begun meanwhile. What is there still, as after an answer that was lost, is not there twice. */
export function broughtBack(back: Written, begun: Written): Written {
  if (saysTheSame(back, begun)) return begun
  const text = [back.text, begun.text].filter((each) => each.trim() !== '').join('\n\n')
  return { text, files: [...back.files, ...begun.files] }
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

/** Whether both would be sent alike: the same words, the same files described alike, in the same order. */
function saysTheSame(a: Written, b: Written): boolean {
  const sent = ({ text, files }: Written) => JSON.stringify([text, files.map(({ uploadId, alt }) => [uploadId, alt])])
  return sent(a) === sent(b)
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
