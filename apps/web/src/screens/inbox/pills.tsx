import type { Counts } from '@answerback/core/api'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { useNavigate } from '@tanstack/react-router'
import type { ListSearch, View } from './views.ts'

type Pill = { name: string; count: number | null; on: boolean; view: View; search: ListSearch }

/** The views on a phone, within reach of a thumb. */
export function Pills({ view, search, counts }: { view: View; search: ListSearch; counts: Counts }) {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const late = search.due === 'late'
  const pills: Pill[] = [
    { name: t('list.all'), count: null, on: view === 'waiting' && !late, view: 'waiting', search: {} },
    { name: t('nav.mine'), count: counts.byAssignee[me.user.id] ?? 0, on: view === 'mine', view: 'mine', search: {} },
    { name: t('list.late'), count: null, on: view === 'waiting' && late, view: 'waiting', search: { due: 'late' } },
    { name: t('nav.unassigned'), count: counts.unassigned, on: view === 'unassigned', view: 'unassigned', search: {} },
    { name: t('nav.snoozed'), count: counts.snoozed, on: view === 'snoozed', view: 'snoozed', search: {} },
    { name: t('nav.answered'), count: null, on: view === 'answered', view: 'answered', search: {} },
  ]
  return (
    <div className="pills" role="group" aria-label={t('queue.filters')}>
      {pills.map((pill) => (
        <button
          key={pill.name}
          type="button"
          className="pill"
          aria-pressed={pill.on}
          onClick={() =>
            void navigate({ to: '/inbox/{-$view}', params: { view: pill.view === 'waiting' ? undefined : pill.view }, search: pill.search })
          }
        >
          {pill.name}
          {pill.count !== null && <span className="ink3">{pill.count}</span>}
        </button>
      ))}
    </div>
  )
}
