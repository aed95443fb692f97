import { useWords } from '../../words/words.tsx'

/** Before anything was asked: what can be. */
export function Advice() {
  const t = useWords()
  return (
    <div className="advice">
      <p>{t('search.start')}</p>
      <ul>
        {(['words', 'people', 'quotes'] as const).map((each) => (
          <li key={each}>{t(`search.startHow.${each}`)}</li>
        ))}
      </ul>
    </div>
  )
}

/** Nothing has all the words: what might. */
export function NothingFound({ q, onWithout }: { q: string; onWithout: (() => void) | null }) {
  const t = useWords()
  return (
    <div className="advice">
      <p>{onWithout === null ? t('search.none', { q }) : t('search.noneFiltered', { q })}</p>
      {onWithout !== null && (
        <button type="button" className="btn s" onClick={onWithout}>
          {t('search.withoutFilters')}
        </button>
      )}
      <ul>
        {(['fewer', 'beginning', 'quotes', 'gone'] as const).map((each) => (
          <li key={each}>{t(`search.advice.${each}`)}</li>
        ))}
      </ul>
    </div>
  )
}

export function FailedSearch({ onAgain }: { onAgain: () => void }) {
  const t = useWords()
  return (
    <div className="advice">
      <p>{t('app.failed')}</p>
      <button type="button" className="btn s" onClick={onAgain}>
        {t('app.tryAgain')}
      </button>
    </div>
  )
}
