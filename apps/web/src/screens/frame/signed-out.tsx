import { now } from '../../clock/ticker.ts'
import { cache } from '../../api/queries.ts'
import { countDrafts } from '../../drafts/drafts.ts'
import { useWords } from '../../words/words.tsx'

/** Nobody is signed in. What was being written stays on this device. */
export function SignedOut({ onAgain }: { onAgain: () => void }) {
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
