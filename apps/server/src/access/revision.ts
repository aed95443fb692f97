import { createHash } from 'node:crypto'
import { Problem } from '@answerback/core/problem'

/** Names a state of some settings: whoever writes says which state they had read. */
export function revisionOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}

/** Throws `changed_meanwhile` when somebody else wrote since. */
export function expectRevision(current: string, read: string): void {
  if (current !== read)
    throw new Problem('changed_meanwhile', 'Somebody else changed this after you had read it. Read it again and decide anew.', {
      revision: current,
    })
}
