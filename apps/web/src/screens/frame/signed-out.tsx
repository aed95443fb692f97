import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { doorQuery } from '../../api/access-queries.ts'
import { now } from '../../clock/ticker.ts'
import { cache } from '../../api/queries.ts'
import { countDrafts } from '../../drafts/drafts.ts'
import { useWords } from '../../words/words.tsx'

/** Nobody is signed in: on to the sign-in, which leads back here. What was being written stays on this device. */
export function SignedOut({ onAgain }: { onAgain: () => void }) {
  const router = useRouter()
  const { data: door, isPending } = useQuery({ ...doorQuery, retry: false })
  const toDoor = door?.demo === false
  useEffect(() => {
    const { pathname, href } = router.history.location
    if (toDoor) void router.navigate({ to: '/sign-in', search: { to: pathname === '/inbox' ? undefined : href }, replace: true })
  }, [toDoor, router])
  if (isPending || toDoor) return null
  return <OpenTheLink onAgain={onAgain} />
}

/** The demo has no passwords, its sign-in links are printed. */
function OpenTheLink({ onAgain }: { onAgain: () => void }) {
  const t = useWords()
  const drafts = t('signedOut.drafts', { count: countDrafts(localStorage, now()) })
  return (
    <main className="signed-out">
      <div>
        <h1>{t('signedOut.title')}</h1>
        <p>{t.rich('signedOut.lead', { code: (chunks) => <code>{chunks}</code> })}</p>
        {drafts !== '' && <p>{drafts}</p>}
        <button
          type="button"
          className="btn"
          onClick={() => {
            cache.clear()
            onAgain()
          }}
        >
          {t('signedOut.again')}
        </button>
      </div>
    </main>
  )
}
