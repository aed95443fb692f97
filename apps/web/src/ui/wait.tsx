import { waitStep, type WaitStep } from '@answerback/core/wait'
import { useCallback } from 'react'
import { useAtNow } from '../clock/ticker.ts'
import { shortSpan } from '../words/spans.ts'
import { useWords } from '../words/words.tsx'

export type Waits = { waitingSince: string | null; dueAt: string | null }

/** The step on the waiting scale now, null when nobody waits. Moves with the shared clock. */
export function useWaitStep({ waitingSince, dueAt }: Waits): WaitStep | null {
  return useAtNow(useCallback((now: number) => stepAt({ waitingSince, dueAt }, now), [waitingSince, dueAt])) as WaitStep | null
}

export function stepAt({ waitingSince, dueAt }: Waits, now: number): WaitStep | null {
  if (waitingSince === null) return null
  const since = Date.parse(waitingSince)
  const targetMs = dueAt === null ? 86_400_000 : Math.max(1, Date.parse(dueAt) - since)
  return waitStep(now - since, targetMs)
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
