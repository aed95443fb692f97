import type { QueueSummary } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { useMe } from '../../ui/me.tsx'
import { useSpanSince, useWaitStep } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'

/** The headline: people and their wait. Each number is a link to those it counts. */
export function QueueStrip({ summary }: { summary: QueueSummary }) {
  const t = useWords()
  const { workspace } = useMe()
  const { oldestWaitingSince } = summary
  const longest = useSpanSince(oldestWaitingSince)
  const dueAt =
    oldestWaitingSince === null ? null : new Date(Date.parse(oldestWaitingSince) + workspace.targetSeconds * 1_000).toISOString()
  const step = useWaitStep({ waitingSince: oldestWaitingSince, dueAt })
  return (
    <div className="strip">
      <Link className="big" to="/queue" search={{}}>
        <b>{summary.waiting}</b>
        <span>{t('queue.people', { snoozed: summary.snoozed })}</span>
      </Link>
      {oldestWaitingSince !== null && (
        <Link className="big" to="/inbox/{-$view}" params={{ view: undefined }} data-s={step ?? undefined}>
          <b className="wt">{longest}</b>
          <span>{t('queue.longest')}</span>
        </Link>
      )}
      <Link className="big" to="/queue" search={{ due: 'late' }}>
        <b>{summary.late}</b>
        <span>{t('queue.late')}</span>
      </Link>
      <Link className="big" to="/queue" search={{ due: 'soon' }}>
        <b>{summary.dueSoon}</b>
        <span>{t('queue.dueSoon')}</span>
      </Link>
      <Link className="big" to="/queue" search={{ assignee: 'none' }}>
        <b>{summary.unassigned}</b>
        <span>{t('queue.nobody')}</span>
      </Link>
    </div>
  )
}
