import { useCallback, useEffect, useSyncExternalStore } from 'react'
import { now, useAtNow } from '../clock/ticker.ts'
import { useWords } from '../words/words.tsx'

export type Toast = { id: number; text: string; alert: boolean; untilAt: number; ring: boolean; undo: (() => void) | null }
type Given = { text: string; alert?: boolean; untilAt?: number; ring?: boolean; undo?: () => void }

const shownMs = 6_000
let nextId = 1
let toasts: Toast[] = []
const listeners = new Set<() => void>()

/** Shows a line for six seconds, or until `untilAt`. `undo` is offered by button and by z; `alert` interrupts a screen reader. Returns its id. */
export function showToast({ text, alert = false, untilAt = now() + shownMs, ring = false, undo }: Given): number {
  const toast: Toast = { id: nextId++, text, alert, untilAt, ring, undo: undo ?? null }
  set([...toasts.slice(-2), toast])
  return toast.id
}

function hideToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id))
}

/** Takes back the latest thing that can be. False when there is none. */
export function undoLatest(): boolean {
  const latest = toasts.findLast((toast) => toast.undo !== null)
  if (latest === undefined) return false
  hideToast(latest.id)
  latest.undo?.()
  return true
}

export function Toasts() {
  const t = useWords()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <section className="toasts" aria-label={t('toast.region')}>
      <div role="status" aria-live="polite" className="sr">
        {shown
          .filter((toast) => !toast.alert)
          .map((toast) => toast.text)
          .join(' ')}
      </div>
      <div role="alert" className="sr">
        {shown
          .filter((toast) => toast.alert)
          .map((toast) => toast.text)
          .join(' ')}
      </div>
      {shown.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function ToastLine({ toast }: { toast: Toast }) {
  const t = useWords()
  useEffect(() => {
    const timer = setTimeout(() => hideToast(toast.id), Math.max(0, toast.untilAt - now()))
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className="toast">
      {toast.ring && <Ring untilAt={toast.untilAt} />}
      <span aria-hidden="true">{toast.text}</span>
      {toast.undo !== null && (
        <button
          type="button"
          onClick={() => {
            hideToast(toast.id)
            toast.undo?.()
          }}
        >
          {t('toast.undo')}
          <kbd>z</kbd>
        </button>
      )}
    </div>
  )
}

/** What is left of ten seconds, as a shrinking ring. Decorative. */
export function Ring({ untilAt }: { untilAt: number }) {
  const left = useAtNow(useCallback((at: number) => Math.max(0, Math.min(1, Math.ceil((untilAt - at) / 1_000) / 10)), [untilAt]))
  return (
    <svg className="ring" viewBox="0 0 18 18" aria-hidden="true">
      <circle cx="9" cy="9" r="7" />
      <circle cx="9" cy="9" r="7" pathLength={1} strokeDasharray="1" strokeDashoffset={1 - left} />
    </svg>
  )
}

function set(next: Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
