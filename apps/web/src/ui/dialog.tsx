import { type ReactNode, useEffect, useRef } from 'react'

type Props = { label: string; onClose: () => void; className?: string; children: ReactNode }

/**
 * A modal native dialog, open for as long as it is mounted. What carries `data-first` has the focus at first. Escape and a press
 * outside close it; focus returns to where it was.
 */
export function Dialog({ label, onClose, className, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const shown = dialog.current
    if (shown !== null && !shown.open) shown.showModal()
    shown?.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => {
      shown?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={className ?? 'dialog'}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      {children}
    </dialog>
  )
}
