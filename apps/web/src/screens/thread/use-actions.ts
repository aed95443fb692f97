import type { ConversationRow, Reply } from '@answerback/core/api'
import type { Reason } from '@answerback/core/reasons'
import { useMemo } from 'react'
import { ApiProblem, change, type Change } from '../../api/call.ts'
import { findRow, putRow } from '../../api/cached-rows.ts'
import { cache } from '../../api/queries.ts'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { platformOf, staffName, useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { reasonWords } from '../inbox/row-words.ts'
import { useWords } from '../../words/words.tsx'

export type Actions = ReturnType<typeof useActions>

/** What a person can do to a conversation besides answering: shown at once where that is safe, taken back in plain words when refused. */
export function useActions() {
  const t = useWords()
  const me = useMe()
  return useMemo(() => {
    const meId = me.user.id

    /** The server's refusal, in words. */
    function tell(error: unknown): void {
      if (!(error instanceof ApiProblem)) throw error
      if (error.status === 401) return
      const text =
        error.status === 0
          ? t('toast.offline')
          : error.status >= 500
            ? t('toast.failed')
            : t('toast.problem', { title: error.message, detail: error.detail === '' ? 'none' : 'some', why: error.detail })
      showToast({ text, alert: true })
    }

    async function run(row: ConversationRow, expected: ConversationRow | null, request: Change): Promise<boolean> {
      if (expected !== null) putRow(expected, meId)
      try {
        await change(request)
        void cache.invalidateQueries({ queryKey: ['conversation', row.id] })
        return true
      } catch (error) {
        if (expected !== null && findRow(row.id)?.seq === row.seq) putRow(row, meId)
        tell(error)
        return false
      }
    }

    async function assign(row: ConversationRow, assigneeId: string | null): Promise<void> {
      const path = `/conversations/${row.id}/assignment`
      const request: Change = assigneeId === null ? { method: 'DELETE', path } : { method: 'PUT', path, body: { assigneeId } }
      const done = await run(row, { ...row, assigneeId }, request)
      if (!done) return
      const text =
        assigneeId === null
          ? t('toast.unassigned')
          : assigneeId === meId
            ? t('toast.taken')
            : t('toast.assigned', { name: staffName(me, assigneeId) ?? t('app.someone') })
      showToast({ text, undo: () => void run(row, { ...(findRow(row.id) ?? row), assigneeId: row.assigneeId }, undoAssign(row, path)) })
    }

    async function snooze(row: ConversationRow, until: Date): Promise<void> {
      const path = `/conversations/${row.id}/snooze`
      const snoozedUntil = until.toISOString()
      const done = await run(row, { ...row, state: 'snoozed', snoozedUntil }, { method: 'PUT', path, body: { until: snoozedUntil } })
      if (done)
        showToast({ text: t('toast.snoozed', { time: whenText(snoozedUntil, now(), me.workspace.timeZone) }), undo: () => void wake(row) })
    }

    async function wake(row: ConversationRow): Promise<void> {
      const held = findRow(row.id) ?? row
      const done = await run(
        held,
        { ...held, state: held.waitingSince === null ? held.state : 'waiting', snoozedUntil: null },
        { method: 'DELETE', path: `/conversations/${row.id}/snooze` },
      )
      if (done) showToast({ text: t('toast.woken') })
    }

    /** Closes the turn that has waited longest. With one open turn the row leaves at once, else the server says what is left. */
    async function closeTurn(row: ConversationRow, reason: Reason, note: string, name: string): Promise<boolean> {
      const ended = { at: new Date(now()).toISOString(), seconds: 0, byId: meId, source: null, reason: reason.id, reasonName: reason.name }
      const expected: ConversationRow | null =
        row.openTurns === 1
          ? { ...row, state: 'closed', waitingSince: null, dueAt: null, dueSoonAt: null, snoozedUntil: null, openTurns: 0, ended }
          : null
      const body = {
        reason: reason.id,
        ...(note === '' ? {} : { note }),
        ...(row.waitingMessage === null ? {} : { messageId: row.waitingMessage.id }),
      }
      const done = await run(row, expected, { method: 'PUT', path: `/conversations/${row.id}/closure`, body })
      if (done)
        showToast({ text: t('toast.closed', { name, reason: reasonWords(reason.id, reason.name, t) }), undo: () => void reopen(row, name) })
      return done
    }

    async function reopen(row: ConversationRow, name: string): Promise<void> {
      const done = await run(row, null, { method: 'DELETE', path: `/conversations/${row.id}/closure` })
      if (done) showToast({ text: t('toast.reopened', { name }) })
    }

    async function like(row: ConversationRow, messageId: string | null): Promise<void> {
      const path = `/conversations/${row.id}/like`
      const body = messageId === null ? {} : { messageId }
      const open = row.waitingSince !== null
      const done = await run(row, open ? { ...row, acknowledged: true } : null, { method: 'PUT', path, body })
      if (done) showToast({ text: open ? t('toast.liked') : t('thread.likedDone'), undo: () => void unlike(row, messageId) })
    }

    async function unlike(row: ConversationRow, messageId: string | null): Promise<void> {
      const path = `/conversations/${row.id}/like${messageId === null ? '' : `?messageId=${messageId}`}`
      const done = await run(row, null, { method: 'DELETE', path, ...(messageId === null ? {} : { body: { messageId } }) })
      if (done) showToast({ text: t('toast.unliked') })
    }

    /** Another attempt at a reply that failed or whose outcome is unknown; with `text` changed words. */
    async function retryReply(row: ConversationRow, reply: Pick<Reply, 'id'>, text?: string): Promise<boolean> {
      const done = await run(row, null, { method: 'POST', path: `/replies/${reply.id}/attempts`, body: text === undefined ? {} : { text } })
      if (done) showToast({ text: t('toast.retrying') })
      return done
    }

    async function discardReply(row: ConversationRow, reply: Pick<Reply, 'id'>, name: string): Promise<void> {
      const done = await run(row, null, { method: 'DELETE', path: `/replies/${reply.id}` })
      if (done) showToast({ text: t('toast.discarded', { name }) })
    }

    function cannotLike(row: ConversationRow): void {
      showToast({ text: t('toast.cannotLike', { platform: platformOf(me, row.platform).name }) })
    }

    return { tell, assign, snooze, wake, closeTurn, reopen, like, unlike, retryReply, discardReply, cannotLike }
  }, [t, me])
}

function undoAssign(row: ConversationRow, path: string): Change {
  return row.assigneeId === null ? { method: 'DELETE', path } : { method: 'PUT', path, body: { assigneeId: row.assigneeId } }
}
