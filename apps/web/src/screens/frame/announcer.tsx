import { now } from '../../clock/ticker.ts'
import { useAnnouncement } from '../../live/announce.ts'
import { longSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'

/** The one polite live region: what arrived, at most every ten seconds. */
export function Announcer() {
  const t = useWords()
  const said = useAnnouncement()
  const since = said?.counts.oldestWaitingSince ?? null
  return (
    <p className="sr" role="status" aria-live="polite">
      {said !== null &&
        t('announce', {
          arrived: said.arrived,
          waiting: said.counts.waiting,
          oldest: since === null ? '' : longSpan(t, now() - Date.parse(since)),
        })}
    </p>
  )
}
