/** How far a wait has come against its target; the five steps of the waiting scale. */
export type WaitStep = 0 | 1 | 2 | 3 | 4

const dayMs = 86_400_000

/** Step 0 fresh (<25 %), 1 waiting, 2 due (75 % and more), 3 late, 4 cold (over twice the target or 24 h late-and-long). `targetMs` > 0. */
export function waitStep(waitedMs: number, targetMs: number): WaitStep {
  const share = waitedMs / targetMs
  if (share > 2 || (share >= 1 && waitedMs > dayMs)) return 4
  if (share >= 1) return 3
  if (share >= 0.75) return 2
  return share >= 0.25 ? 1 : 0
}

/** `late` once the target has passed, `due_soon` in its last quarter, else `waiting`. */
export function waitGroup(waitedMs: number, targetMs: number): 'late' | 'due_soon' | 'waiting' {
  const step = waitStep(waitedMs, targetMs)
  return step >= 3 ? 'late' : step === 2 ? 'due_soon' : 'waiting'
}
