import { dropDraft, type Kept, keptAs, nothingWritten, readDraft, writeDraft, type Written } from './drafts.ts'

/** `kept`: what the store had when this page last read or wrote it. */
type Held = { written: Written; kept: string | null }

/**
 * Drafts as this page has them, over a store that other tabs write to as well: what they wrote is read before anything is told or written. Where the store refuses,
 * they live as long as the page. The same object as long as nothing changed.
 */
export function holdDrafts(store: () => Kept) {
  const held = new Map<string, Held>()

  function read(userId: string, conversationId: string): Written {
    const name = `${userId} ${conversationId}`
    const kept = keptAs(store(), userId, conversationId)
    const before = held.get(name)
    if (before !== undefined && before.kept === kept) return before.written
    const draft = readDraft(store(), userId, conversationId)
    const written = draft === null ? nothingWritten : { text: draft.text, files: draft.files }
    held.set(name, { written, kept })
    return written
  }

  function write(userId: string, conversationId: string, written: Written, now: number): void {
    if (written.text === '' && written.files.length === 0) dropDraft(store(), userId, conversationId)
    else writeDraft(store(), userId, conversationId, written, now)
    held.set(`${userId} ${conversationId}`, { written, kept: keptAs(store(), userId, conversationId) })
  }

  return { read, write }
}
