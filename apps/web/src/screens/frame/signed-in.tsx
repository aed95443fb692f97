import type { Me } from '@answerback/core/api'
import { type ReactNode, useEffect, useState } from 'react'
import { showWorkspace } from '../../api/workspace-choice.ts'
import { cache, channelsQuery, countsQuery } from '../../api/queries.ts'
import { setServerNow } from '../../clock/ticker.ts'
import { openLive, type Live } from '../../live/connect.ts'
import { LiveContext } from '../../live/live-context.ts'
import { MeContext } from '../../ui/me.tsx'

/** Gives what is inside it the person and the live channel. */
export function SignedIn({ me, children }: { me: Me; children: ReactNode }) {
  const [live] = useState(() => begin(me))
  useEffect(() => live.start(), [live])
  return (
    <MeContext value={me}>
      <LiveContext value={live}>{children}</LiveContext>
    </MeContext>
  )
}

/** What `/me` brought goes where it is read from, and the live channel goes on from its number. */
function begin(me: Me): Live {
  showWorkspace(me.workspace.id)
  setServerNow(me.now)
  cache.setQueryData(countsQuery.queryKey, (held) => held ?? me.counts)
  cache.setQueryData(channelsQuery.queryKey, (held) => held ?? me.channels)
  return openLive(cache, me)
}
