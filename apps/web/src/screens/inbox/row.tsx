import type { ConversationRow } from '@answerback/core/api'
import { hasFailedReply } from '@answerback/core/list-view'
import clsx from 'clsx'
import { Check, CircleAlert, EyeOff, Heart, Minus, Moon, Pencil, Reply as ReplyIcon } from 'lucide-react'
import { memo, useCallback } from 'react'
import { fullWhen, whenText } from '../../clock/instants.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { isSeen } from '../../drafts/seen.ts'
import { usePresence } from '../../live/presence.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { staffName, useMe } from '../../ui/me.tsx'
import { Stars } from '../../ui/stars.tsx'
import { Meter, stepAt, useSpanSince, useWaitStep, WaitChip } from '../../ui/wait.tsx'
import { longSpan, shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { useActions } from '../thread/use-actions.ts'
import { endedWords, hasPendingReply, nameOf, placeOf } from './row-words.ts'

type Props = {
  row: ConversationRow
  index: number
  cursor: boolean
  selected: boolean
  onOpen: (id: string) => void
}

/** One conversation in a list: who, how long, where or what state, and what they said. One height whatever it says. */
export function Row({ row, index, cursor, selected, onOpen }: Props) {
  const step = useWaitStep(row)
  const unseen = row.waitingSince !== null && !selected && !isSeen(row.id, row.lastMessage, now())
  return (
    <div
      role="row"
      className={clsx('row', selected && 'sel', unseen && 'new', hasPendingReply(row) && 'pending')}
      data-s={step ?? undefined}
      data-id={row.id}
      aria-rowindex={index + 1}
      aria-selected={selected}
      tabIndex={cursor ? 0 : -1}
      onClick={() => onOpen(row.id)}
    >
      <RowCell row={row} unseen={unseen} />
    </div>
  )
}

/** What a row says. An arrival moves every row below it, and none of them says anything else for that. */
const RowCell = memo(function RowCell({ row, unseen }: { row: ConversationRow; unseen: boolean }) {
  const t = useWords()
  const step = useWaitStep(row)
  return (
    <div role="gridcell">
      <RowName row={row} unseen={unseen} />
      <span className="who ell" aria-hidden="true">
        {nameOf(row.contact, t)}
      </span>
      <span className="end" aria-hidden="true">
        {step === null ? <EndedAt row={row} /> : <WaitChip waits={row} say={(span, late) => (late ? t('list.lateFor', { span }) : span)} />}
      </span>
      <span className="l2">
        <Glyph platform={row.platform} />
        {row.rating !== null && <Stars rating={row.rating} />}
        <Status row={row} />
      </span>
      <span className="mt" aria-hidden="true">
        <Assignee row={row} />
        <Meter waits={row} />
      </span>
      <span className="tx ell" aria-hidden="true">
        {(row.waitingMessage ?? row.lastMessage).text.replace(/\s+/gu, ' ')}
      </span>
    </div>
  )
})

/** The row in one sentence, for those who hear it. It changes with the minute but is no live region, so it is never announced by itself. */
function RowName({ row, unseen }: { row: ConversationRow; unseen: boolean }) {
  const t = useWords()
  const me = useMe()
  useSpanSince(row.waitingSince)
  const at = now()
  const step = stepAt(row, at)
  const waits =
    row.waitingSince === null
      ? endedWords(row, me, t)
      : t('list.rowWaiting', { span: longSpan(t, at - Date.parse(row.waitingSince)), late: step !== null && step >= 3 ? 'yes' : 'no' })
  const owner = staffName(me, row.assigneeId)
  const parts = [
    `${nameOf(row.contact, t)}, ${placeOf(row, me, t).replace(' · ', ', ')}.`,
    row.rating === null ? null : t('list.stars', { rating: row.rating }),
    waits,
    unseen ? t('list.unseen') : null,
    row.acknowledged && row.waitingSince !== null ? `${t('list.liked')}.` : null,
    owner === null ? null : t('list.rowTaken', { name: owner }),
    (row.waitingMessage ?? row.lastMessage).text,
  ]
  return <span className="sr">{parts.filter((part) => part !== null).join(' ')}</span>
}

/** Line two: the state that matters most, else where it stands. */
function Status({ row }: { row: ConversationRow }) {
  const t = useWords()
  const me = useMe()
  const people = usePresence(row.id)
  const writer = people.find((person) => person.typing)
  if (row.reply !== null && hasFailedReply(row)) return <FailedStatus row={row} reply={row.reply} />
  if (writer !== undefined) return <State icon={<Pencil className="i sm" />} text={t('list.typing', { name: writer.name })} />
  if (row.reply !== null && hasPendingReply(row)) {
    const waits = row.reply.state === 'queued' && row.reply.reason !== null
    return <State icon={<ReplyIcon className="i sm" />} text={waits ? t('list.onItsWayWaits') : t('list.onItsWay')} />
  }
  const ended = endedWords(row, me, t)
  if (row.waitingSince === null && ended !== null) {
    const Icon = row.state === 'answered' ? Check : row.state === 'closed' ? Minus : EyeOff
    return <State icon={<Icon className="i sm" />} text={ended} className={row.state === 'answered' ? 'ans' : 'plain'} />
  }
  if (row.state === 'snoozed' && row.snoozedUntil !== null) return <Snoozed until={row.snoozedUntil} />
  if (row.snoozedUntil !== null && Date.parse(row.snoozedUntil) <= now())
    return <State icon={<Moon className="i sm" />} text={t('list.backFromSnooze')} />
  if (row.acknowledged) return <State icon={<Heart className="i sm" />} text={t('list.liked')} className="ack" />
  if (row.changedSinceAnswered) return <State icon={<Pencil className="i sm" />} text={t('list.changed')} />
  const late = row.waitingMessage?.lateMs ?? null
  if (late !== null) return <State icon={<CircleAlert className="i sm" />} text={t('list.arrivedLate', { span: shortSpan(t, late) })} />
  return <span className="ell">{placeOf(row, me, t)}</span>
}

function Snoozed({ until }: { until: string }) {
  const t = useWords()
  return <State icon={<Moon className="i sm" />} text={t('list.snoozedUntil', { time: useWhen(until) })} />
}

function FailedStatus({ row, reply }: { row: ConversationRow; reply: NonNullable<ConversationRow['reply']> }) {
  const t = useWords()
  const actions = useActions()
  const unknown = reply.state === 'needs_check'
  const why = firstSentence(reply.reason ?? '')
  const text = unknown ? t('list.needsCheck') : t('list.notSent', { reason: why === '' ? 'none' : 'some', why })
  return (
    <span className="err state">
      <CircleAlert className="i sm" aria-hidden="true" />
      <span className="ell">{text}</span>
      <button
        type="button"
        className="in-row"
        tabIndex={-1}
        onClick={(event) => {
          if (unknown) return
          event.stopPropagation()
          void actions.retryReply(row, reply)
        }}
      >
        {unknown ? t('list.look') : t('list.retry')}
      </button>
    </span>
  )
}

function State({ icon, text, className }: { icon: React.ReactNode; text: string; className?: string }) {
  return (
    <b className={clsx('state', className)} aria-hidden="true">
      {icon}
      <span className="ell">{text}</span>
    </b>
  )
}

/** Whose it is, as an initial before the meter; nothing when nobody has it. */
function Assignee({ row }: { row: ConversationRow }) {
  const name = staffName(useMe(), row.assigneeId)
  if (name === null || row.waitingSince === null) return null
  return (
    <span className="owner" title={name}>
      {Array.from(name)[0]}
    </span>
  )
}

function EndedAt({ row }: { row: ConversationRow }) {
  const { workspace } = useMe()
  const at = row.ended?.at ?? row.lastActivityAt
  return (
    <time className="meta" dateTime={at} title={fullWhen(at, workspace.timeZone)}>
      {useWhen(at)}
    </time>
  )
}

/** When that is, as one says it now; tomorrow one says it otherwise. */
function useWhen(iso: string): string {
  const { workspace } = useMe()
  return useAtNow(useCallback((now: number) => whenText(iso, now, workspace.timeZone), [iso, workspace.timeZone]))
}

function firstSentence(text: string): string {
  return (text.split(/(?<=[.!?])\s/u)[0] ?? '').replace(/[.]$/u, '')
}
