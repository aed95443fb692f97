import type { QueueSummary } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { useSpanSince, useWaitStep } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'

/** The headline: people and their wait. Each number is a link to those it counts. */
export function QueueStrip({ summary }: { summary: QueueSummary }) {
  const t = useWords()
  const { oldestWaitingSince } = summary
  const longest = useSpanSince(oldestWaitingSince)
  const step = useWaitStep({ waitingSince: oldestWaitingSince, dueSoonAt: summary.oldestDueSoonAt, dueAt: summary.oldestDueAt })
  return (
    <div className="strip">
      <Link className="big" to="/queue" search={{}}>
        <b>{summary.waiting}</b>
        <span>{t('queue.people', { snoozed: summary.snoozed })}</span>
      </Link>
      {oldestWaitingSince !== null && (
        <Link className="big" to="/queue" search={{}} data-s={step ?? undefined}>
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
