import type { Counts } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { useWords } from '../../words/words.tsx'
import { ChannelAlert } from './channel-alert.tsx'

/** Nobody waits. Calm, and an opening to keep a conversation going. */
export function AllAnswered({ counts }: { counts: Counts }) {
  const t = useWords()
  return (
    <section className="calm">
      {/* Silence of a channel that stopped is no peace. */}
      <ChannelAlert />
      <div>
        <svg className="tick" viewBox="0 0 48 48" aria-hidden="true">
          <circle cx="24" cy="24" r="22.5" />
          <path d="M15 24.5l6.5 6.5L34 18" pathLength={1} />
        </svg>
        <h1 tabIndex={-1}>{t('empty.allAnswered', { snoozed: counts.snoozed })}</h1>
        <p className="lead">{t('empty.allAnsweredLead', { snoozed: counts.snoozed })}</p>
        <p className="lead">{t('empty.keepGoing')}</p>
        <Link className="btn" to="/inbox/{-$view}" params={{ view: counts.snoozed > 0 ? 'snoozed' : 'answered' }}>
          {counts.snoozed > 0 ? t('empty.seeSnoozed') : t('empty.seeAnswered')}
        </Link>
      </div>
    </section>
  )
}
