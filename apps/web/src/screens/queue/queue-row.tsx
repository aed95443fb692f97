import type { ConversationRow } from '@answerback/core/api'
import { hasFailedReply } from '@answerback/core/list-view'
import { CircleAlert, Heart, Moon, Pencil } from 'lucide-react'
import { memo, useCallback } from 'react'
import { whenText } from '../../clock/instants.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { usePresence } from '../../live/presence.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { staffName, useMay, useMe } from '../../ui/me.tsx'
import { Stars } from '../../ui/stars.tsx'
import { Meter, useSpanSince, useWaitStep } from '../../ui/wait.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { hasPendingReply, nameOf, whereOf } from '../inbox/row-words.ts'
import { AssignMenu } from '../thread/assign-menu.tsx'
import type { Actions } from '../thread/use-actions.ts'

type Props = { row: ConversationRow; cursor: boolean; actions: Actions; onOpen: (id: string) => void; onFocus: (id: string) => void }

/** One person in the queue: wait, against the target, where, what they said, who has it, and the next thing to do. */
export const QueueRow = memo(function QueueRow({ row, cursor, actions, onOpen, onFocus }: Props) {
  const t = useWords()
  const step = useWaitStep(row)
  const span = useSpanSince(row.waitingSince)
  const name = nameOf(row.contact, t)
  return (
    <tr
      data-s={step ?? undefined}
      data-id={row.id}
      tabIndex={cursor ? 0 : -1}
      onFocus={() => onFocus(row.id)}
      onClick={(event) => inside(event.target) || onOpen(row.id)}
    >
      <td className="c-waiting">
        <span className="hs">
          <Meter waits={row} />
          <b className="wt">{span}</b>
        </span>
      </td>
      <td className="small c-against">
        <Against row={row} />
      </td>
      <td className="c-who">
        <span className="hs">
          <button type="button" className="med name" onClick={() => onOpen(row.id)}>
            <bdi>{name}</bdi>
          </button>
          <span className="meta hs ell">
            <Glyph platform={row.platform} />
            <span className="ell">{whereOf(row, t)}</span>
          </span>
        </span>
      </td>
      <td className="ink2 c-said">
        <span className="hs">
          <Badge row={row} />
          {row.rating !== null && <Stars rating={row.rating} />}
          <span className="who txt ell">{(row.waitingMessage ?? row.lastMessage).text.replace(/\s+/gu, ' ')}</span>
        </span>
      </td>
      <td className="small c-with">
        <With row={row} actions={actions} />
      </td>
      <td className="num c-action">
        <NextStep row={row} name={name} actions={actions} />
      </td>
    </tr>
  )
})

function inside(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, [popover]') !== null
}

/** "late by 14 m" or "8 m left", to the second when it is under five minutes. */
function Against({ row: { dueAt } }: { row: ConversationRow }) {
  const t = useWords()
  const text = useAtNow(
    useCallback(
      (at: number) => {
        if (dueAt === null) return ''
        const left = Date.parse(dueAt) - at
        return left <= 0 ? t('queue.lateBy', { span: shortSpan(t, -left) }) : t('queue.left', { span: nearSpan(t, left) })
      },
      [dueAt, t],
    ),
  )
  const late = useAtNow(useCallback((at: number) => dueAt !== null && at >= Date.parse(dueAt), [dueAt]))
  return <span className={late ? 'lt' : 'ink3'}>{text}</span>
}

function nearSpan(t: ReturnType<typeof useWords>, ms: number): string {
  return ms < 60_000 ? shortSpan(t, ms, true) : shortSpan(t, ms)
}

function Badge({ row }: { row: ConversationRow }) {
  const t = useWords()
  const me = useMe()
  if (hasFailedReply(row)) {
    return (
      <span className="err hs med badge">
        <CircleAlert className="i sm" aria-hidden="true" />
        {row.reply?.state === 'needs_check' ? t('list.needsCheckShort') : t('list.notSentShort')}
      </span>
    )
  }
  if (row.state === 'snoozed' && row.snoozedUntil !== null)
    return (
      <span className="hs ink3 badge">
        <Moon className="i sm" aria-hidden="true" />
        {t('queue.snoozedUntil', { time: whenText(row.snoozedUntil, now(), me.workspace.timeZone) })}
      </span>
    )
  if (!row.acknowledged) return null
  return (
    <span className="ack hs med badge">
      <Heart className="i sm" aria-hidden="true" />
      {t('list.liked')}
    </span>
  )
}

function With({ row, actions }: { row: ConversationRow; actions: Actions }) {
  const t = useWords()
  const me = useMe()
  const mayAssign = useMay('conversation.assign')
  const name = staffName(me, row.assigneeId)
  const text = name ?? <span className="ink3">{t('queue.noOne')}</span>
  if (!mayAssign) return text
  return (
    <AssignMenu
      row={row}
      actions={actions}
      id={`assign-${row.id}`}
      align="start"
      label={t('queue.assignLabel', { name: nameOf(row.contact, t) })}
      className="with-button"
      button={text}
    />
  )
}

function NextStep({ row, name, actions }: { row: ConversationRow; name: string; actions: Actions }) {
  const t = useWords()
  const me = useMe()
  const writer = usePresence(row.id).find((person) => person.typing)
  const mayAct = useMay('conversation.assign')
  if (writer !== undefined || hasPendingReply(row)) {
    return (
      <span className="hs ink2">
        <Pencil className="i sm" aria-hidden="true" />
        {t('queue.replying')}
      </span>
    )
  }
  if (!mayAct) return null
  if (row.reply?.state === 'rejected') {
    const { reply } = row
    return (
      <button
        type="button"
        className="btn quiet s danger"
        aria-label={t('queue.retryLabel', { name })}
        onClick={() => void actions.retryReply(row, reply)}
      >
        {t('list.retry')}
      </button>
    )
  }
  if (row.assigneeId !== null) return null
  return (
    <button
      type="button"
      className="btn quiet s"
      aria-label={t('queue.takeLabel', { name })}
      onClick={() => void actions.assign(row, me.user.id)}
    >
      {t('queue.take')}
    </button>
  )
}
