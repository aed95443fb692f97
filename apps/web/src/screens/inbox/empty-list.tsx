import type { Counts } from '@answerback/core/api'
import { useWords } from '../../words/words.tsx'
import { useSearchSetter } from './list-head.tsx'
import { useMe } from '../../ui/me.tsx'
import { isFiltered, type ListSearch, type View, waitingIn } from './views.ts'

/** Nobody in this list: says why, and the way out of a filter. */
export function EmptyList({ view, search, counts }: { view: View; search: ListSearch; counts: Counts }) {
  const t = useWords()
  const setSearch = useSearchSetter(view)
  const snoozed = { snoozed: waitingIn(view, search, counts, useMe().user.id)?.snoozed ?? 0 }
  if (!isFiltered(search))
    return <div className="note-pane">{view === 'waiting' ? t('empty.allAnswered', snoozed) : t(`empty.${view}`, snoozed)}</div>
  return (
    <div className="note-pane">
      <p>{t('empty.filtered')}</p>
      {counts.waiting > 0 && <p className="meta">{t('empty.outside', { count: counts.waiting })}</p>}
      <button type="button" className="btn s" onClick={() => setSearch({})}>
        {t('list.clear')}
      </button>
    </div>
  )
}
