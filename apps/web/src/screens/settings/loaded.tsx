import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { problemWords } from '../../ui/problem-words.ts'
import { useWords } from '../../words/words.tsx'

/** What a query brings, or that it is on its way, or why it did not come and a way to ask again. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const t = useWords()
  if (query.data !== undefined) return children(query.data)
  if (query.isError)
    return (
      <div className="settings-failed" role="alert">
        <p>
          {t('app.failed')} {problemWords(query.error, t)}
        </p>
        <button type="button" className="btn" onClick={() => void query.refetch()}>
          {t('app.tryAgain')}
        </button>
      </div>
    )
  return (
    <div className="settings-wait" aria-busy="true" aria-label={t('app.loading')} role="status">
      <span />
      <span />
      <span />
    </div>
  )
}
