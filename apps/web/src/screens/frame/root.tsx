import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { onRemoved, onSignedOut } from '../../api/call.ts'
import { meQuery } from '../../api/queries.ts'
import { useWords, WordsProvider } from '../../words/words.tsx'
import { Frame } from './frame.tsx'
import { Removed } from './removed.tsx'
import { SignedIn } from './signed-in.tsx'
import { SignedOut } from './signed-out.tsx'

/** Everything behind the door: nothing until we know who is signed in, then the frame with its live channel. */
export function Root() {
  const [signedOut, setSignedOut] = useState(false)
  const [leftBrand, setLeftBrand] = useState<string | null>(null)
  useEffect(() => onSignedOut(() => setSignedOut(true)), [])
  const { data: me, isError, refetch } = useQuery({ ...meQuery, enabled: !signedOut && leftBrand === null })
  const brand = me?.workspace.name
  useEffect(
    () =>
      onRemoved(() => {
        if (brand !== undefined) setLeftBrand(brand)
        // Chosen some other day, and not ours any more: on with the first of the others.
        else void refetch()
      }),
    [brand, refetch],
  )
  if (leftBrand !== null) return <Removed brand={leftBrand} />
  if (signedOut) return <SignedOut onAgain={() => setSignedOut(false)} />
  if (me === undefined) return isError ? <Failed onAgain={() => void refetch()} /> : null
  return (
    <WordsProvider timeZone={me.workspace.timeZone}>
      <SignedIn key={me.user.id} me={me}>
        <Suspense>
          <Frame />
        </Suspense>
      </SignedIn>
    </WordsProvider>
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
