import type { Conversation } from '@answerback/core/api'
import { Circle, Eye, EyeOff, Heart, Minus, Moon, Pencil, RotateCcw, Trash2, UserRoundPlus } from 'lucide-react'
import { useState } from 'react'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { staffName, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { reasonWords } from '../inbox/row-words.ts'

type Event = Conversation['events'][number]
const shownAtFirst = 3
const icons = {
  assigned: UserRoundPlus,
  unassigned: Circle,
  snoozed: Moon,
  unsnoozed: Moon,
  closed: Minus,
  reopened: RotateCcw,
  liked: Heart,
  unliked: Heart,
  hidden: EyeOff,
  unhidden: Eye,
  removed: Trash2,
  edited: Pencil,
}

/** What colleagues did besides answering, one line each; the earlier ones on request. */
export function Events({ events }: { events: Event[] }) {
  const t = useWords()
  const [all, setAll] = useState(false)
  const hidden = all ? 0 : Math.max(0, events.length - shownAtFirst)
  return (
    <>
      {hidden > 0 && (
        <p className="sys">
          <button type="button" className="link" onClick={() => setAll(true)}>
            {t('thread.showEvents', { count: hidden })}
          </button>
        </p>
      )}
      {events.slice(hidden).map((event, index) => (
        <EventLine key={`${event.at} ${index}`} event={event} />
      ))}
    </>
  )
}

function EventLine({ event }: { event: Event }) {
  const t = useWords()
  const me = useMe()
  const Icon = icons[event.what]
  const who = event.byId === null ? null : (staffName(me, event.byId) ?? t('app.someone'))
  return (
    <p className="sys">
      <Icon className="i sm" aria-hidden="true" />
      <span>
        {sentence()} · {whenText(event.at, now(), me.workspace.timeZone)}
      </span>
    </p>
  )

  function sentence(): string {
    const whoever = who ?? t('app.somebody')
    const detail = event.detail ?? ''
    if (event.what === 'assigned') {
      return detail === event.byId
        ? t('event.assignedSelf', { who: whoever })
        : t('event.assigned', { who: whoever, detail: staffName(me, detail) ?? detail })
    }
    if (event.what === 'snoozed')
      return t('event.snoozed', {
        who: whoever,
        detail: Number.isNaN(Date.parse(detail)) ? detail : whenText(detail, now(), me.workspace.timeZone),
      })
    if (event.what === 'closed') return t('event.closed', { who: whoever, detail: reasonWords(event.detail, null, t) })
    if (event.what === 'hidden' || event.what === 'removed')
      return t(`event.${event.what}`, { who: whoever, why: detail === 'spam' ? t('reason.short.spam') : detail || 'none' })
    if (event.what === 'unsnoozed') return t('event.unsnoozed', { who: who ?? 'none' })
    return t(`event.${event.what}`, { who: whoever })
  }
}
