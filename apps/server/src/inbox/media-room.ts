/** So many at once in one process, of them for one workspace, and of those to one host; and so many that wait their turn, of them for one workspace. */
const maxAtOnce = { all: 24, workspace: 6, host: 3 }
const maxWaiting = { all: 200, workspace: 60 }

type Guest = { workspaceId: string; host: string }

const inside = new Set<Guest>()
const waiting = new Map<Guest, () => void>()

/** Waits for room to fetch something from elsewhere. False when `signal` aborts before there is, or when too many wait already. Whoever came in goes by `leaveRoom`. */
export async function enterRoom(guest: Guest, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  if (hasRoom(guest)) {
    inside.add(guest)
    return true
  }
  if (waiting.size >= maxWaiting.all || ofWorkspace(waiting.keys(), guest).length >= maxWaiting.workspace) return false
  return await new Promise((resolve) => {
    const giveUp = () => {
      waiting.delete(guest)
      resolve(false)
    }
    signal.addEventListener('abort', giveUp, { once: true })
    waiting.set(guest, () => {
      signal.removeEventListener('abort', giveUp)
      waiting.delete(guest)
      inside.add(guest)
      resolve(true)
    })
  })
}

/** Whoever waits longest, and has room now, comes in. */
export function leaveRoom(guest: Guest): void {
  inside.delete(guest)
  for (const [next, comeIn] of waiting) if (hasRoom(next)) comeIn()
}

function hasRoom(guest: Guest): boolean {
  const ours = ofWorkspace(inside, guest)
  const there = ours.filter(({ host }) => host === guest.host)
  return inside.size < maxAtOnce.all && ours.length < maxAtOnce.workspace && there.length < maxAtOnce.host
}

function ofWorkspace(guests: Iterable<Guest>, { workspaceId }: Guest): Guest[] {
  return [...guests].filter((each) => each.workspaceId === workspaceId)
}
