import { cache } from '../../api/queries.ts'
import { useWords } from '../../words/words.tsx'

/** One was taken out of the brand that the page showed: says so, and leads on to what is left. */
export function Removed({ brand }: { brand: string }) {
  const t = useWords()
  return (
    <main className="signed-out">
      <div role="alert">
        <h1>{t('removed.title', { brand })}</h1>
        <p>{t('removed.lead')}</p>
        <button
          type="button"
          className="btn"
          onClick={() => {
            cache.clear()
            location.assign('/inbox')
          }}
        >
          {t('removed.goOn')}
        </button>
      </div>
    </main>
  )
}
