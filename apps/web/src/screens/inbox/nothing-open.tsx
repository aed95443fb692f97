import { useQuery } from '@tanstack/react-query'
import { countsQuery } from '../../api/queries.ts'
import { runCommand } from '../../keys/handlers.ts'
import { useMe } from '../../ui/me.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'

/** Beside the list while no thread is open: how many wait, and where to begin. */
export function NothingOpen() {
  const t = useWords()
  const { data: counts } = useQuery({ ...countsQuery, initialData: useMe().counts })
  const oldest = useSpanSince(counts.oldestWaitingSince)
  return (
    <section className="thread nothing">
      <div>
        <h2>{t('empty.nothingOpen', { count: counts.waiting })}</h2>
        {counts.waiting > 0 && (
          <>
            <p className="ink2">{t.rich('empty.nothingOpenLead', { span: oldest, kbd: (chunks) => <kbd>{chunks}</kbd> })}</p>
            <button type="button" className="btn" onClick={() => runCommand('nextWaiting')}>
              {t('empty.startWithOldest')}
            </button>
          </>
        )}
      </div>
    </section>
  )
}
