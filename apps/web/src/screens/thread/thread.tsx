import type { Channel, Conversation, Reply } from '@answerback/core/api'
import { useSearch } from '@tanstack/react-router'
import { Eye, Moon } from 'lucide-react'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { markSeen } from '../../drafts/seen.ts'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useLive } from '../../live/live-context.ts'
import { usePresence } from '../../live/presence.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { undoLatest } from '../../ui/toasts.tsx'
import { safeUrl } from '../../ui/user-text.tsx'
import { useWords } from '../../words/words.tsx'
import { nextWaiting, useListHandle } from '../inbox/list-context.ts'
import { nameOf } from '../inbox/row-words.ts'
import { Composer } from './composer.tsx'
import { ReadOnly } from './read-only.tsx'
import { Events } from './events.tsx'
import { MessageView } from './message.tsx'
import type { Asked } from './message-menu.tsx'
import { PendingReply } from './pending-reply.tsx'
import { PostCard } from './post-card.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { ThreadHead } from './thread-head.tsx'
import { branchesOf } from './thread-tree.ts'
import { useActions } from './use-actions.ts'
import { useMessageActions } from './use-message-actions.ts'
import { useUndoReply, writtenOf } from './use-send.ts'

const ModerateDialog = lazy(() => import('./moderate-dialog.tsx').then((loaded) => ({ default: loaded.ModerateDialog })))

const signMs = 15_000
const typingMs = 4_000

/** One conversation: post, messages, what happened, what is on its way, and the composer. */
export function Thread({ conversation, channel }: { conversation: Conversation; channel: Channel | undefined }) {
  const t = useWords()
  const me = useMe()
  const list = useListHandle()
  const actions = useActions()
  const undoReply = useUndoReply(actions)
  const mayReply = useMay('reply.send')
  const [target, setTarget] = useState<string | null>(null)
  const [closing, setClosing] = useState<'any' | 'elsewhere' | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const moderates = useMay('message.moderate')
  const messageActions = useMessageActions(conversation, actions)
  const field = useRef<HTMLTextAreaElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const onTyping = useSigns(conversation.id)
  const branches = useMemo(() => branchesOf(conversation.messages), [conversation.messages])
  const name = nameOf(conversation.contact, t)
  const waits = conversation.waitingSince !== null
  const canLike = channel?.can.like ?? false
  const waitingMessage = conversation.messages.find((message) => message.id === conversation.waitingMessage?.id)
  const askedMessage = conversation.messages.find((message) => message.id === asked?.messageId)
  const url = safeUrl(waitingMessage?.url ?? conversation.post?.url ?? null)

  useEffect(() => markSeen(conversation.id, conversation.lastMessage.id), [conversation.id, conversation.lastMessage.id])
  useScrollToOwed(body, conversation, useSearch({ strict: false }).message)
  const { takeWish } = list
  useEffect(() => {
    if (takeWish(conversation.id)) field.current?.focus()
  }, [takeWish, conversation.id])

  const reply = (messageId: string | null) => {
    setTarget(messageId)
    field.current?.focus()
  }
  /** A failed reply back into the composer, where its files can be changed too. */
  const rewrite = async (failed: Reply) => {
    if (await undoReply(failed, writtenOf(failed))) reply(failed.inReplyTo)
  }
  const goOn = () => {
    const next = nextWaiting(list.rows, conversation.id)
    if (next === null) list.close()
    else list.open(next)
  }
  useCommandHandlers({
    ...(mayReply
      ? { reply: () => reply(target), take: () => void actions.assign(conversation, me.user.id), assign: () => press('assign-button') }
      : {}),
    ...(mayReply && waits
      ? {
          snooze: () => press('snooze-button'),
          done: () => setClosing('any'),
          like: () => {
            if (!canLike) actions.cannotLike(conversation)
            else
              void (conversation.acknowledged
                ? actions.unlike(conversation, waitingMessage?.id ?? null)
                : actions.like(conversation, waitingMessage?.id ?? null))
          },
        }
      : {}),
    ...(moderates && channel?.can.hide === true && waitingMessage !== undefined && waitingMessage.state !== 'removed'
      ? {
          hide: () =>
            waitingMessage.state === 'hidden'
              ? void messageActions.unhide(waitingMessage)
              : setAsked({ what: 'hiding', messageId: waitingMessage.id }),
        }
      : {}),
    ...(url === null ? {} : { openThere: () => void window.open(url, '_blank', 'noopener,noreferrer') }),
  })

  const held = conversation.replies.findLast((each) => each.state === 'held')
  useCommandHandlers(held === undefined ? {} : { undo: () => void (undoLatest() || undoReply(held, writtenOf(held))) })

  return (
    <section className="thread" id="thread" tabIndex={-1} aria-label={t('thread.label', { name })}>
      <ThreadHead conversation={conversation} channel={channel} actions={actions} heading={heading} />
      <div className="tbody" ref={body} tabIndex={0} role="region" aria-label={t('thread.messages')}>
        {conversation.state === 'snoozed' && conversation.snoozedUntil !== null && (
          <p className="notice">
            <Moon className="i sm" aria-hidden="true" />
            {t('thread.snoozedUntil', { time: whenText(conversation.snoozedUntil, now(), me.workspace.timeZone) })}
            <button type="button" className="link" onClick={() => void actions.wake(conversation)}>
              {t('thread.wakeNow')}
            </button>
          </p>
        )}
        <PostCard conversation={conversation} />
        {branches.map(({ root, children }) => (
          <div key={root.id} className="branch">
            <MessageView conversation={conversation} message={root} channel={channel} actions={actions} onReply={reply} onAsk={setAsked} />
            {children.length > 0 && (
              <div className="kids">
                {children.map(({ message, toId }) => (
                  <MessageView
                    key={message.id}
                    conversation={conversation}
                    message={message}
                    toId={toId}
                    small
                    channel={channel}
                    actions={actions}
                    onReply={reply}
                    onAsk={setAsked}
                  />
                ))}
              </div>
            )}
          </div>
        ))}
        <Events events={conversation.events} />
        {conversation.replies.map((each) => (
          <PendingReply
            key={each.id}
            conversation={conversation}
            reply={each}
            actions={actions}
            onUndo={(undone) => void undoReply(undone, writtenOf(undone))}
            onRewrite={(failed) => void rewrite(failed)}
          />
        ))}
      </div>
      <OthersHere conversationId={conversation.id} />
      {mayReply && channel?.can.reply === false ? (
        <ReadOnly conversation={conversation} url={url} onAnswered={() => setClosing('elsewhere')} onNoReply={() => setClosing('any')} />
      ) : mayReply ? (
        <Composer
          conversation={conversation}
          channel={channel}
          actions={actions}
          inReplyTo={target}
          field={field}
          onForgetTarget={() => setTarget(null)}
          onSent={(stay) => {
            setTarget(null)
            if (!stay) goOn()
          }}
          onNoReply={() => setClosing('any')}
          onTyping={onTyping}
        />
      ) : (
        <p className="note-pane">{t('composer.readOnly')}</p>
      )}
      {closing !== null && (
        <ReasonDialog
          row={conversation}
          elsewhere={closing === 'elsewhere' ? (url ?? '') : null}
          onClose={() => setClosing(null)}
          onReply={channel?.can.reply === false ? null : () => reply(null)}
          onChoose={(reason, note) => {
            void actions.closeTurn(conversation, reason, note, name)
            if (conversation.openTurns === 1) goOn()
          }}
        />
      )}
      <Suspense>
        {asked !== null && asked.what !== 'edit' && askedMessage !== undefined && (
          <ModerateDialog
            conversation={conversation}
            message={askedMessage}
            what={asked.what}
            onClose={() => setAsked(null)}
            onDo={(why) => {
              if (asked.what === 'removal') void messageActions.remove(askedMessage, why)
              else if (why !== null) void messageActions.hide(askedMessage, why)
            }}
          />
        )}
      </Suspense>
    </section>
  )
}

/** On a phone, who else is here stands above the composer. */
function OthersHere({ conversationId }: { conversationId: string }) {
  const t = useWords()
  const people = usePresence(conversationId)
  const first = people.find((person) => person.typing) ?? people[0]
  if (first === undefined) return null
  return (
    <p className="pres phone-only">
      <Eye className="i sm" aria-hidden="true" />
      {first.typing ? t('thread.typing', { name: first.name }) : t('thread.looking', { name: first.name, count: people.length })}
    </p>
  )
}

/** Tells colleagues that we look at this, every 15 s, and that we write, at the first key and then every 4 s. Returns what to call on a key. */
function useSigns(conversationId: string): () => void {
  const live = useLive()
  const typedAt = useRef(0)
  useEffect(() => {
    live.sendPresence(conversationId, false)
    const timer = setInterval(() => live.sendPresence(conversationId, now() - typedAt.current < 8_000), signMs)
    return () => {
      clearInterval(timer)
      live.sendPresence(null, false)
    }
  }, [live, conversationId])
  return useCallback(() => {
    if (now() - typedAt.current < typingMs) return
    typedAt.current = now()
    live.sendPresence(conversationId, true)
  }, [live, conversationId])
}

/** Opens at the message that was looked for, else at what is owed; later arrivals move nothing under the reader's eyes unless they were at the end. */
function useScrollToOwed(body: React.RefObject<HTMLDivElement | null>, conversation: Conversation, soughtId: string | undefined): void {
  const atEnd = useRef(true)
  const first = useRef(true)
  const size = conversation.messages.length + conversation.replies.length
  useEffect(() => {
    const area = body.current
    if (area === null) return
    const note = () => {
      atEnd.current = area.scrollHeight - area.scrollTop - area.clientHeight < 40
    }
    area.addEventListener('scroll', note, { passive: true })
    return () => area.removeEventListener('scroll', note)
  }, [body])
  useEffect(() => {
    const area = body.current
    if (area === null) return
    const sought = first.current && soughtId !== undefined ? area.querySelector(`[data-message="${soughtId}"]`) : null
    const owed = first.current ? area.querySelector('.owed') : null
    sought?.classList.add('sought')
    if (sought !== null) sought.scrollIntoView({ block: 'center' })
    else if (owed !== null) owed.scrollIntoView({ block: 'nearest' })
    else if (atEnd.current) area.scrollTo({ top: area.scrollHeight })
    first.current = false
  }, [body, size, soughtId])
}

function press(id: string): void {
  const button = document.getElementById(id)
  if (button instanceof HTMLButtonElement) {
    button.focus()
    button.click()
  }
}
