import { useEffect, useState } from 'react'
import { runCommand } from './handlers.ts'
import { type KeyState, noKeys, press, type Pressed, sequenceMs } from './press.ts'

export const isMac = /mac|iphone|ipad/i.test(navigator.platform)

/** Listens for the whole page. Returns the first step of a sequence while it waits for the second, for the hint. */
export function useKeyboard(): string | null {
  const [pending, setPending] = useState<string | null>(null)
  useEffect(() => {
    let state: KeyState = noKeys
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const result = press(state, pressedOf(event), performance.now(), isMac)
      const wasPending = state.pending !== null
      state = result.state
      clearTimeout(timer)
      setPending(state.pending)
      if (state.pending !== null) {
        timer = setTimeout(() => {
          state = noKeys
          setPending(null)
        }, sequenceMs)
      }
      if (result.command === null ? state.pending !== null || wasPending : runCommand(result.command)) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      clearTimeout(timer)
    }
  }, [])
  return pending
}

function pressedOf(event: KeyboardEvent): Pressed {
  const target = event.target instanceof Element ? event.target : document.body
  return {
    key: event.key,
    code: event.code,
    ctrl: event.ctrlKey,
    meta: event.metaKey,
    alt: event.altKey,
    shift: event.shiftKey,
    repeat: event.repeat,
    composing: event.isComposing,
    editing: target.closest('input, textarea, select, [contenteditable]') !== null,
    onControl: target.closest('button, a, summary') !== null,
    arrowsFree: target === document.body || target.closest('[role=grid], table') !== null,
    inOverlay: document.querySelector('dialog[open], [popover]:popover-open') !== null,
  }
}
