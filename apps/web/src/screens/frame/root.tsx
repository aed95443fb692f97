import type { Me } from '@answerback/core/api'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { onSignedOut } from '../../api/call.ts'
import { cache, channelsQuery, countsQuery, meQuery } from '../../api/queries.ts'
import { setServerNow } from '../../clock/ticker.ts'
import { openLive, type Live } from '../../live/connect.ts'
import { LiveContext } from '../../live/live-context.ts'
import { MeContext } from '../../ui/me.tsx'
import { useWords, WordsProvider } from '../../words/words.tsx'
import { Frame } from './frame.tsx'
import { SignedOut } from './signed-out.tsx'

/** The page: nothing until we know who is signed in, then the frame with its live channel. */
export function Root() {
  const [signedOut, setSignedOut] = useState(false)
  useEffect(() => onSignedOut(() => setSignedOut(true)), [])
  const { data: me, isError, refetch } = useQuery({ ...meQuery, enabled: !signedOut })
  if (signedOut)
    return (
      <WordsProvider>
        <SignedOut onAgain={() => setSignedOut(false)} />
      </WordsProvider>
    )
  if (me === undefined) return <WordsProvider>{isError ? <Failed onAgain={() => void refetch()} /> : null}</WordsProvider>
  return (
    <WordsProvider timeZone={me.workspace.timeZone}>
      <SignedIn key={me.user.id} me={me} />
    </WordsProvider>
  )
}

function SignedIn({ me }: { me: Me }) {
  const [live] = useState(() => begin(me))
  useEffect(() => live.start(), [live])
  return (
    <MeContext value={me}>
      <LiveContext value={live}>
        <Suspense>
          <Frame />
        </Suspense>
      </LiveContext>
    </MeContext>
  )
}

/** What `/me` brought goes where it is read from, and the live channel goes on from its number. */
function begin(me: Me): Live {
  setServerNow(me.now)
  cache.setQueryData(countsQuery.queryKey, (held) => held ?? me.counts)
  cache.setQueryData(channelsQuery.queryKey, (held) => held ?? me.channels)
  return openLive(cache, me)
}

function Failed({ onAgain }: { onAgain: () => void }) {
  const t = useWords()
  return (
    <main className="signed-out">
      <div>
        <h1>{t('app.failed')}</h1>
        <p>{t('app.failedOffline')}</p>
        <button type="button" className="btn" onClick={onAgain}>
          {t('app.tryAgain')}
        </button>
      </div>
    </main>
  )
}
