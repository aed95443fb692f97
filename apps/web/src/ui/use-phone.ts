import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 819px)')

/** Single column: below 820 px. Styles use the same width in a media query; this is for behaviour only. */
export function usePhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
}

export function isPhone(): boolean {
  return narrow.matches
}
