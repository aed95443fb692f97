import type { Conversation, Reply } from '@answerback/core/api'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiProblem, change, newKey } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { now } from '../../clock/ticker.ts'
import { broughtBack, isBlank, keyForSending, leftOver, nothingWritten, type Written } from '../../drafts/drafts.ts'
import { draftOf, setDraft, setDraftFile } from '../../drafts/use-draft.ts'
import { useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import type { Actions } from './use-actions.ts'

/** What a colleague wrote meanwhile, as the refusal carries it. */
export type Conflict = { text: string; byId: string | null; at: string | null }
type Sending = { inReplyTo: string | null; regardless: boolean; privately: boolean }
const undoSeconds = 10

/** Sends the draft of a conversation. `conflict` is set while somebody answered first and the writer has not decided yet. */
export function useSend(conversation: Conversation, actions: Actions) {
  const t = useWords()
  const me = useMe()
  const undo = useUndoReply(actions)
  const [busy, setBusy] = useState(false)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const name = nameOf(conversation.contact, t)

  /** True once the server holds it. What was sent leaves the draft only then. */
  async function send({ inReplyTo, regardless, privately }: Sending): Promise<boolean> {
    const written = draftOf(me.user.id, conversation.id)
    if (busy || isBlank(written)) return false
    const { text } = written
    const media = written.files.flatMap(({ uploadId, alt }) => (uploadId === null ? [] : [{ uploadId, alt: alt.trim() }]))
    setBusy(true)
    // One key also for "send anyway": a refusal is not kept under it, and an answer that was lost does not make it two replies.
    const idempotencyKey = keyForSending(localStorage, me.user.id, conversation.id, written, newKey(), now())
    const body = {
      text,
      undoSeconds,
      ...(media.length > 0 && { media }),
      ...(inReplyTo === null ? {} : { inReplyTo }),
      ...(privately && { privately }),
      ...(regardless ? {} : { expectedLastOutboundId: lastOutboundId(conversation) }),
    }
    try {
      const reply = await change<Pick<Reply, 'id' | 'state'>>({
        method: 'POST',
        path: `/conversations/${conversation.id}/replies`,
        body,
        idempotencyKey,
      })
      setConflict(null)
      setDraft(me.user.id, conversation.id, leftOver(draftOf(me.user.id, conversation.id), written))
      showToast({
        text: t('toast.replying', { name }),
        ring: true,
        untilAt: now() + undoSeconds * 1_000,
        undo: () => void undo({ id: reply.id, conversationId: conversation.id }, written),
      })
      void cache.invalidateQueries({ queryKey: ['conversation', conversation.id] })
      return true
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'already_answered') setConflict(conflictOf(error))
      else if (error instanceof ApiProblem && error.code === 'idempotency_mismatch') {
        setConflict(null)
        showToast({ text: t('toast.repliedBefore'), alert: true })
        void cache.invalidateQueries({ queryKey: ['conversation', conversation.id] })
      } else if (error instanceof ApiProblem && error.status === 0) showToast({ text: t('toast.offlineSend'), alert: true })
      else {
        markLost(error, media)
        actions.tell(error)
      }
      return false
    } finally {
      setBusy(false)
    }
  }

  /** Files that the server has no more, so that they say so themselves. */
  function markLost(error: unknown, media: readonly { uploadId: string }[]): void {
    if (!(error instanceof ApiProblem) || error.code !== 'bad_request') return
    const named = error.invalidParams.map(({ name: field }) => media[Number(/^media\.(\d+)\.uploadId$/.exec(field)?.[1])]?.uploadId)
    for (const { key, uploadId } of draftOf(me.user.id, conversation.id).files)
      if (uploadId !== null && named.includes(uploadId)) setDraftFile(me.user.id, conversation.id, key, { uploadId: null })
  }

  return { send, busy, conflict, forgetConflict: () => setConflict(null) }
}

/**
 * Takes back a reply that is held or failed, brings its words and files back and goes to where it was written. True when it was taken back.
 * They stand before what was begun there meanwhile.
 */
export function useUndoReply(actions: Actions) {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  return async ({ id, conversationId }: Pick<Reply, 'id' | 'conversationId'>, written: Written): Promise<boolean> => {
    try {
      await change({ method: 'DELETE', path: `/replies/${id}` })
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'too_late') showToast({ text: t('toast.tooLate'), alert: true })
      else actions.tell(error)
      return false
    }
    const back = broughtBack(written, draftOf(me.user.id, conversationId))
    // Emptied first: under the key of what was taken back nothing would go out any more.
    setDraft(me.user.id, conversationId, nothingWritten)
    setDraft(me.user.id, conversationId, back)
    showToast({ text: t('toast.undone', { files: written.files.length }) })
    void cache.invalidateQueries({ queryKey: ['conversation', conversationId] })
    await navigate({ to: '/c/$conversationId', params: { conversationId }, search: (search) => search })
    return true
  }
}

/** What a reply says, as it was written. */
export function writtenOf({ text, media }: Pick<Reply, 'text' | 'media'>): Written {
  return { text, files: media.map(({ id, type, name, bytes, alt }) => ({ key: newKey(), uploadId: id, type, name, bytes, alt })) }
}

/** The newest answer of ours that the writer could see. A newer one on the server means that somebody was faster. */
export function lastOutboundId(conversation: Pick<Conversation, 'messages'>): string | null {
  const ours = conversation.messages.filter((message) => message.direction === 'out' && !message.automated && message.state !== 'removed')
  ours.sort((a, b) => Date.parse(a.platformAt) - Date.parse(b.platformAt) || (a.id < b.id ? -1 : 1))
  return ours.at(-1)?.id ?? null
}

/** The last thing that the one who has waited longest said: what a reply answers when nothing was chosen. Null when nobody waits. */
export function latestOwed(conversation: Pick<Conversation, 'messages' | 'turns'>): string | null {
  const open = conversation.turns.filter((turn) => turn.state === 'open')
  const oldest = open.reduce<(typeof open)[number] | null>(
    (first, turn) => (first === null || Date.parse(turn.startAt) < Date.parse(first.startAt) ? turn : first),
    null,
  )
  const said = conversation.messages.filter((message) => oldest?.messageIds.includes(message.id) && message.state === 'visible')
  said.sort((a, b) => Date.parse(a.platformAt) - Date.parse(b.platformAt) || (a.id < b.id ? -1 : 1))
  return said.at(-1)?.id ?? oldest?.messageIds.at(-1) ?? null
}

function conflictOf(problem: ApiProblem): Conflict {
  const answer = (problem.extra.answer ?? {}) as Partial<Conflict>
  return { text: answer.text ?? '', byId: answer.byId ?? null, at: answer.at ?? null }
}
