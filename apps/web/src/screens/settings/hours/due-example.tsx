import type { BusinessHours } from '@answerback/core/hours'
import type { TargetView } from '@answerback/core/settings-api'
import { comingFriday, dueOf } from '@answerback/core/targets'
import { Link } from '@tanstack/react-router'
import { now } from '../../../clock/ticker.ts'
import { dayAndTime } from '../../../clock/instants.ts'
import { promiseWords } from '../../../words/spans.ts'
import { useWords } from '../../../words/words.tsx'

const monthMs = 31 * 86_400_000

/** What hours come to, by an example: when a comment of Friday evening is due. */
export function DueExample({ hours, target, link = true }: { hours: BusinessHours; target: TargetView; link?: boolean }) {
  const t = useWords()
  const { timeZone } = hours
  const calendar = target.clock === 'calendar'
  const from = comingFriday(now(), '18:00', timeZone)
  const shown: TargetView = { ...target, clock: 'business' }
  const { dueAt } = dueOf(from, link ? shown : target, hours)
  return (
    <p className="due-example" role="status">
      {dueAt - from > monthMs
        ? t('work.exampleNever')
        : t('work.example', {
            target: promiseWords(link ? shown : target, t),
            from: dayAndTime(from, from, timeZone),
            due: dayAndTime(dueAt, from, timeZone),
          })}
      {link && calendar && (
        <>
          {' '}
          {t('work.usesCalendar')}{' '}
          <Link className="link" to="/settings/targets">
            {t('work.changeTarget')}
          </Link>
        </>
      )}
    </p>
  )
}
