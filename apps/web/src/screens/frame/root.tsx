import type { Me } from '@answerback/core/api'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { onSignedOut } from '../../api/call.ts'
import { cache, channelsQuery, countsQuery, meQuery } from '../../api/queries.ts'
import { setServerNow } from '../../clock/ticker.ts'
import { connectLive, type Live } from '../../live/connect.ts'
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
  if (signedOut) return <WordsProvider>{<SignedOut onAgain={() => setSignedOut(false)} />}</WordsProvider>
  if (me === undefined) return <WordsProvider>{isError ? <Failed onAgain={() => void refetch()} /> : null}</WordsProvider>
  return (
    <WordsProvider timeZone={me.workspace.timeZone}>
      <SignedIn me={me} />
    </WordsProvider>
  )
}

function SignedIn({ me }: { me: Me }) {
  const [live, setLive] = useState<Live | null>(null)
  const userId = me.user.id
  useEffect(() => {
    const now = cache.getQueryData(meQuery.queryKey)
    if (now === undefined) return
    setServerNow(now.now)
    cache.setQueryData(countsQuery.queryKey, (held) => held ?? now.counts)
    const connected = connectLive(cache, now)
    setLive(connected)
    return () => connected.stop()
    // One connection for as long as this person is signed in, whatever else of `me` changes.
  }, [userId])
  if (live === null) return null
  cache.setQueryDefaults(channelsQuery.queryKey, { initialData: me.channels })
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
