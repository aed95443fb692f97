import type { Conversation, Reply } from '@answerback/core/api'
import { countReply } from '@answerback/core/reply-limit'
import { CircleAlert, Send } from 'lucide-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { whenText } from '../../clock/instants.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { isBlank } from '../../drafts/drafts.ts'
import { useDraft } from '../../drafts/use-draft.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { channelOf, platformOf, useMe } from '../../ui/me.tsx'
import { Ring } from '../../ui/toasts.tsx'
import { safeUrl, UserText } from '../../ui/user-text.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import type { Actions } from './use-actions.ts'
import { limitBeside } from './use-attaching.ts'

const ReplyFiles = lazy(() => import('./reply-files.tsx').then((loaded) => ({ default: loaded.ReplyFiles })))

type Props = {
  conversation: Conversation
  reply: Reply
  actions: Actions
  onUndo: (reply: Reply) => void
  /** Back into the composer, with its files. */
  onRewrite: (reply: Reply) => void
}

/** A reply that is not a message yet: still to be undone, on its way, or in need of a person. Never sent again by itself once its outcome is unknown. */
export function PendingReply({ conversation, reply, actions, onUndo, onRewrite }: Props) {
  const t = useWords()
  const me = useMe()
  if (reply.state === 'cancelled') return null
  if (reply.state === 'rejected' || reply.state === 'needs_check')
    return <FailedReply conversation={conversation} reply={reply} actions={actions} onRewrite={onRewrite} />
  return (
    <article className="msg outgoing" data-reply={reply.state}>
      <Avatar name={me.workspace.name} us />
      <div>
        <div className="top">
          <b>{me.workspace.name}</b>
          {reply.privately && <span className="chip">{t('thread.privately')}</span>}
          <time className="meta">{whenText(reply.createdAt, now(), me.workspace.timeZone)}</time>
        </div>
        <Said reply={reply} />
        <p className="below">
          <Progress conversation={conversation} reply={reply} onUndo={onUndo} />
        </p>
      </div>
    </article>
  )
}

/** Its words, and its files. */
function Said({ reply }: Pick<Props, 'reply'>) {
  return (
    <>
      {reply.text !== '' && <UserText className="body" text={reply.text} />}
      {reply.media.length > 0 && (
        <Suspense>
          <ReplyFiles media={reply.media} />
        </Suspense>
      )}
    </>
  )
}

function Progress({ conversation, reply, onUndo }: Omit<Props, 'actions' | 'onRewrite'>) {
  const t = useWords()
  const me = useMe()
  const dueAt = reply.dueAt === null ? null : Date.parse(reply.dueAt)
  const seconds = useAtNow(useCallback((at: number) => (dueAt === null ? 0 : Math.max(0, Math.ceil((dueAt - at) / 1_000))), [dueAt]))
  if (reply.state === 'held' && dueAt !== null && seconds > 0) {
    return (
      <>
        <Ring untilAt={dueAt} />
        <span>{t('out.held', { seconds })}</span>
        <button type="button" onClick={() => onUndo(reply)}>
          {t('out.undo')} <kbd>z</kbd>
        </button>
      </>
    )
  }
  if (reply.state === 'sent') {
    const platform = platformOf(me, conversation.platform).name
    return <span>{reply.reason === null ? t('out.sent', { platform }) : t('out.pending', { platform, why: reply.reason })}</span>
  }
  const waits = reply.state === 'queued' && reply.reason !== null
  return (
    <>
      <Send className="i sm" aria-hidden="true" />
      <span>
        {waits ? t('out.queuedReason', { reason: reply.reason ?? '' }) : reply.state === 'sending' ? t('out.sending') : t('out.queued')}
      </span>
      {waits && reply.dueAt !== null && <span>{t('out.again', { time: whenText(reply.dueAt, now(), me.workspace.timeZone) })}</span>}
      {waits && (
        <button type="button" onClick={() => onUndo(reply)}>
          {t('out.undo')}
        </button>
      )}
    </>
  )
}

function FailedReply({ conversation, reply, actions, onRewrite }: Omit<Props, 'onUndo'>) {
  const t = useWords()
  const me = useMe()
  const [edited, setEdited] = useState<string | null>(null)
  const [begun] = useDraft(me.user.id, conversation.id)
  const platform = platformOf(me, conversation.platform).name
  const unknown = reply.state === 'needs_check'
  const reason = reply.reason ?? ''
  const limit = channelOf(me.channels, conversation.channelId)?.replyLimit
  const wordless = reply.media.length > 0 && limit?.media?.wordless === true
  const left = edited === null || limit === undefined ? 0 : countReply(edited, limitBeside(limit, reply.media.length)).left
  const there =
    safeUrl(reply.url) ??
    safeUrl(conversation.messages.find((message) => message.id === reply.inReplyTo)?.url ?? null) ??
    safeUrl(conversation.post?.url ?? null)
  const name = nameOf(conversation.contact, t)
  return (
    <article className="msg failed" data-reply={reply.state}>
      <CircleAlert className="i" aria-hidden="true" />
      <div>
        <p className="why">
          {unknown ? (
            <>
              <b>{t('out.needsCheck')}</b> {t('out.needsCheckWhy', { platform, reason: reason === '' ? 'none' : 'some', why: reason })}
            </>
          ) : reason === '' ? (
            t('out.rejectedNoReason', { platform })
          ) : (
            t('out.rejected', { reason })
          )}
        </p>
        {edited === null ? (
          <Said reply={reply} />
        ) : (
          <textarea
            aria-label={t('out.editLabel')}
            value={edited}
            dir="auto"
            autoFocus
            onChange={(event) => setEdited(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && !event.nativeEvent.isComposing) setEdited(null)
            }}
          />
        )}
        {left < 0 && <p className="err meta">{t('composer.over', { over: -left, platform })}</p>}
        <p className="buttons">
          {edited === null ? (
            <>
              {unknown && there !== null && (
                <a className="btn s" href={there} target="_blank" rel="noopener noreferrer nofollow">
                  {t('out.lookThere', { platform })}
                </a>
              )}
              {!unknown && (
                <button type="button" className="btn s" onClick={() => void actions.retryReply(conversation, reply)}>
                  {t('out.tryAgain')}
                </button>
              )}
              {!unknown && (
                <button
                  type="button"
                  className="btn quiet s"
                  onClick={() => (reply.media.length > 0 && isBlank(begun) ? onRewrite(reply) : setEdited(reply.text))}
                >
                  {t('out.editTryAgain')}
                </button>
              )}
              {unknown && (
                <button type="button" className="btn quiet s" onClick={() => void actions.retryReply(conversation, reply)}>
                  {t('out.sendAgain')}
                </button>
              )}
              <button type="button" className="btn quiet s" onClick={() => void actions.discardReply(conversation, reply, name)}>
                {unknown ? t('out.discardSeen') : t('out.discard')}
              </button>
            </>
          ) : (
            <>
              <button
                type="button"
                className="btn s"
                disabled={(edited.trim() === '' && !wordless) || left < 0}
                onClick={() => void actions.retryReply(conversation, reply, edited).then((done) => done && setEdited(null))}
              >
                {t('out.tryWithText')}
              </button>
              <button type="button" className="btn quiet s" onClick={() => setEdited(null)}>
                {t('app.cancel')}
              </button>
            </>
          )}
        </p>
      </div>
    </article>
  )
}
