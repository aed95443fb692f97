import type { QueueSummary } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { Heart } from 'lucide-react'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { reasonWords } from '../inbox/row-words.ts'

/** What left without a reply today and why, and whom a like has not answered: never hidden, always reviewable. */
export function QueueReview({ summary }: { summary: QueueSummary }) {
  const t = useWords()
  const me = useMe()
  const nameOf = (id: string) => me.reasons.find((each) => each.id === id)?.name ?? null
  const reasons = Object.entries(summary.closedToday).filter(([, count]) => count > 0)
  const closed = reasons.reduce((sum, [, count]) => sum + count, 0)
  return (
    <div className="two">
      <p>
        <b>{t('queue.closedToday', { count: closed })}</b>
        <span className="ink3">
          {closed === 0
            ? t('queue.closedNone')
            : reasons
                .map(([reason, count]) => t('queue.reasonCount', { reason: reasonWords(reason, nameOf(reason), t), count }))
                .join(' · ')}
        </span>
        {closed > 0 && (
          <Link className="link" to="/inbox/{-$view}" params={{ view: 'closed' }}>
            {t('queue.review')}
          </Link>
        )}
      </p>
      <p>
        <b className="hs">
          <Heart className="i sm ack" aria-hidden="true" />
          {t('queue.liked', { count: summary.likedNotAnswered })}
        </b>
        <span className="ink3">{t('queue.likedLead', { count: summary.likedNotAnswered })}</span>
        {summary.likedNotAnswered > 0 && (
          <Link className="link" to="/queue" search={{ liked: true }}>
            {t('queue.show')}
          </Link>
        )}
      </p>
    </div>
  )
}
