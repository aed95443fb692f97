import { may, type Permission } from '@answerback/core/permissions'
import type { Channel, Me, PlatformView } from '@answerback/core/api'
import { createContext, useContext } from 'react'

export const MeContext = createContext<Me | null>(null)

/** Who is signed in. Only below the frame, which waits for it. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (me === null) throw new Error('useMe is used outside the signed-in frame')
  return me
}

export function useMay(permission: Permission): boolean {
  return may(useMe().role, permission)
}

/** A platform as the API describes it; one that the API does not name keeps its id as its name. */
export function platformOf(me: Me, id: string): PlatformView {
  return me.platforms.find((each) => each.id === id) ?? { id, name: id, docs: '', icon: '', asksFor: null, wantsApp: false, oauthApp: null }
}

export function channelOf(channels: Channel[], id: string): Channel | undefined {
  return channels.find((each) => each.id === id)
}

/** The colleague's name, null for one who is not on the staff list. */
export function staffName(me: Me, id: string | null): string | null {
  return me.staff.find((each) => each.id === id)?.name ?? null
}
