/** How far a wait has come against its target; the five steps of the waiting scale. */
export type WaitStep = 0 | 1 | 2 | 3 | 4

const dayMs = 86_400_000

/** A wait in milliseconds: since when, when the last quarter of its target begins, when it is due. By whatever clock the target has. */
export type Wait = { since: number; dueSoonAt: number; dueAt: number }

/** Step 0 fresh (the first quarter), 1 waiting, 2 due soon (the last quarter), 3 late, 4 cold (over twice as long as it was given, or late and over a day). */
export function waitStep({ since, dueSoonAt, dueAt }: Wait, now: number): WaitStep {
  const waited = now - since
  if (now >= dueAt) return waited > 2 * (dueAt - since) || waited > dayMs ? 4 : 3
  if (now >= dueSoonAt) return 2
  return waited * 3 >= dueSoonAt - since ? 1 : 0
}

/** `late` once the target has passed, `due_soon` in its last quarter, else `waiting`. */
export function waitGroup(wait: Wait, now: number): 'late' | 'due_soon' | 'waiting' {
  const step = waitStep(wait, now)
  return step >= 3 ? 'late' : step === 2 ? 'due_soon' : 'waiting'
}
