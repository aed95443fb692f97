/** A finger on a row. `axis` is decided after 10 px and then kept; `dx` grows towards the end of the line (mirrored in RTL). */
export type Swipe = { startX: number; startY: number; axis: 'unknown' | 'x' | 'y'; dx: number }

const lockPx = 10
const edgePx = 24
export const actionsPx = 216
const replyPx = 64

/** Begins a swipe, or null for a touch at the edge of the screen, which is the system's own way back. */
export function beginSwipe(x: number, y: number, screenPx: number): Swipe | null {
  if (x < edgePx || x > screenPx - edgePx) return null
  return { startX: x, startY: y, axis: 'unknown', dx: 0 }
}

/** The finger moved. Once it goes up or down it is a scroll, and stays one. */
export function moveSwipe(swipe: Swipe, x: number, y: number, rtl: boolean): Swipe {
  const across = (x - swipe.startX) * (rtl ? -1 : 1)
  const down = y - swipe.startY
  if (swipe.axis === 'y') return swipe
  if (swipe.axis === 'unknown' && Math.max(Math.abs(across), Math.abs(down)) < lockPx) return swipe
  const axis = swipe.axis === 'x' || Math.abs(across) > Math.abs(down) ? 'x' : 'y'
  return { ...swipe, axis, dx: axis === 'x' ? Math.max(-actionsPx, across) : 0 }
}

/** Letting go: far enough forward is a reply; backward leaves the actions open, and never does anything by itself. */
export function endSwipe(swipe: Swipe): 'reply' | 'actions' | 'nothing' {
  if (swipe.axis !== 'x') return 'nothing'
  if (swipe.dx > replyPx) return 'reply'
  return swipe.dx < -actionsPx / 3 ? 'actions' : 'nothing'
}
