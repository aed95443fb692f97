import { waitStep, type WaitStep } from '@answerback/core/wait'
import { useCallback } from 'react'
import { useAtNow } from '../clock/ticker.ts'
import { shortSpan } from '../words/spans.ts'
import { useWords } from '../words/words.tsx'

export type Waits = { waitingSince: string | null; dueSoonAt: string | null; dueAt: string | null }

/** The step on the waiting scale now, null when nobody waits. Moves with the shared clock. */
export function useWaitStep({ waitingSince, dueSoonAt, dueAt }: Waits): WaitStep | null {
  const step = useCallback((now: number) => stepAt({ waitingSince, dueSoonAt, dueAt }, now), [waitingSince, dueSoonAt, dueAt])
  return useAtNow(step) as WaitStep | null
}

export function stepAt({ waitingSince, dueSoonAt, dueAt }: Waits, now: number): WaitStep | null {
  if (waitingSince === null || dueSoonAt === null || dueAt === null) return null
  return waitStep({ since: Date.parse(waitingSince), dueSoonAt: Date.parse(dueSoonAt), dueAt: Date.parse(dueAt) }, now)
}

/** "2 h 14 m", live. */
export function useSpanSince(iso: string | null): string {
  const t = useWords()
  return useAtNow(useCallback((now: number) => (iso === null ? '' : shortSpan(t, now - Date.parse(iso))), [iso, t]))
}

/** The wait in words on its tint. `say` wraps the duration; a late one in a list says so itself. */
export function WaitChip({
  waits,
  inline = false,
  say,
}: {
  waits: Waits
  inline?: boolean
  say?: (span: string, late: boolean) => string
}) {
  const step = useWaitStep(waits)
  const span = useSpanSince(waits.waitingSince)
  if (step === null) return null
  return (
    <span className={inline ? 'wait in' : 'wait'} data-s={step}>
      {say ? say(span, step >= 3) : span}
    </span>
  )
}

/** Five segments: the wait against its target. Decorative, the chip says it in words. */
export function Meter({ waits }: { waits: Waits }) {
  const step = useWaitStep(waits)
  if (step === null) return null
  return (
    <span className="meter" data-s={step} aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
      <i />
    </span>
  )
}
