import type { Channel, Conversation } from '@answerback/core/api'
import { countMissing, countReply } from '@answerback/core/reply-limit'
import { Link } from '@tanstack/react-router'
import clsx from 'clsx'
import { ArrowUp, Moon, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, lazy, type RefObject, Suspense, useRef, useState } from 'react'
import { nothingWritten } from '../../drafts/drafts.ts'
import { setDraft, useDraft } from '../../drafts/use-draft.ts'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { Keys } from '../../keys/key-names.tsx'
import { isMac } from '../../keys/use-keyboard.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import { AttachButton } from './attach-button.tsx'
import { ComposerNotes, messageAnswered, useWindows } from './composer-notes.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { SnoozeMenu } from './snooze-menu.tsx'
import type { Actions } from './use-actions.ts'
import { useAttaching } from './use-attaching.ts'
import { pastedFiles, useFileDrop } from './use-file-drop.ts'
import { latestOwed, useSend } from './use-send.ts'

const Attachments = lazy(() =>
  import('./attachments.tsx').then(
    (loaded) => ({ default: loaded.Attachments }),
    () => ({ default: FilesNotLoaded }),
  ),
)

type Props = {
  conversation: Conversation
  channel: Channel | undefined
  actions: Actions
  /** The message answered; null leaves it to the longest wait. */
  inReplyTo: string | null
  onForgetTarget: () => void
  onSent: (stay: boolean) => void
  onNoReply: () => void
  onTyping: () => void
  field: RefObject<HTMLTextAreaElement | null>
}

/** Where the answer is written. It says as whom and how publicly, counts as the platform counts, and holds the only filled button. */
export function Composer({ conversation, channel, actions, inReplyTo, onForgetTarget, onSent, onNoReply, onTyping, field }: Props) {
  const t = useWords()
  const me = useMe()
  const box = useRef<HTMLDivElement>(null)
  const [written, setText] = useDraft(me.user.id, conversation.id)
  const { text } = written
  const [privately, setPrivately] = useState(false)
  const { send, busy, conflict, forgetConflict } = useSend(conversation, actions)
  const target = conversation.messages.find((message) => message.id === inReplyTo)
  const name = nameOf(target?.contact ?? conversation.contact, t)
  const platform = platformOf(me, conversation.platform).name
  const blocked = channel === undefined ? null : blockedBy(channel)
  const connects = useMay('channels.connect')
  const waits = conversation.waitingSince !== null
  const answered = messageAnswered(conversation, inReplyTo)
  const isPrivate = answered?.private ?? conversation.private
  const { inPrivate, over: tooLate } = useWindows(answered, channel)
  const mayConfide = inPrivate !== null && !inPrivate.over
  const confides = privately && mayConfide
  const attaching = useAttaching({ conversationId: conversation.id, channel, platform, written, confides })
  const { limit, obstacle, media } = attaching
  const count = limit === undefined ? null : countReply(text, limit, (target?.contact ?? conversation.contact).handle)
  const over = count !== null && count.left < 0
  const empty = text.trim() === ''
  const missing = limit === undefined || (empty && attaching.wordless) ? 0 : countMissing(text, limit)
  const dropping = useFileDrop(box, attaching.add)
  const unsendable = over || missing > 0 || blocked !== null || (tooLate && !confides) || (empty && !attaching.wordless)
  useCommandHandlers(
    mayConfide
      ? {
          replyPrivately: () => {
            setPrivately(!confides)
            field.current?.focus()
          },
        }
      : {},
  )

  const sendNow = async (stay: boolean, regardless = false) => {
    // Nothing is sent by itself later: what waits for a file waits for a person.
    if (obstacle !== null) return void showToast({ text: t(`composer.obstacle.${obstacle}`), alert: true })
    if (unsendable) return field.current?.focus()
    const sent = await send({ inReplyTo: inReplyTo ?? latestOwed(conversation), regardless, privately: confides })
    if (!sent) return
    setPrivately(false)
    onSent(stay)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && (isMac ? event.metaKey : event.ctrlKey)) {
      event.preventDefault()
      void sendNow(event.shiftKey)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      document.querySelector<HTMLElement>('#thread')?.focus()
    }
  }

  return (
    <div
      className="composer"
      id="composer"
      ref={box}
      data-drop={dropping && media !== undefined ? t('composer.drop') : undefined}
      onPaste={(event) => {
        const files = pastedFiles(event.clipboardData)
        if (files.length > 0) event.preventDefault()
        attaching.add(files)
      }}
    >
      <p className="as">
        <span className="wide-only">
          {t.rich('composer.replyTo', {
            name,
            b: (chunks) => (
              <b>
                <bdi>{chunks}</bdi>
              </b>
            ),
          })}
        </span>
        <span className="phone-only">{t('composer.replyAs')}</span>
        <Glyph platform={conversation.platform} />
        <b>
          <bdi>{atHandle(channel?.handle ?? '')}</bdi>
        </b>
        <span>{isPrivate || confides ? t('composer.private') : t('composer.public')}</span>
        <span className="grow" />
        {target !== undefined && target.id !== conversation.waitingMessage?.id && waits && (
          <button type="button" className="link" onClick={onForgetTarget}>
            {t('composer.backToOldest')}
          </button>
        )}
      </p>
      {blocked !== null && (
        <p className="alertline" role="status" id="reply-blocked">
          <TriangleAlert className="i" aria-hidden="true" />
          <span>{t(`health.blocked.${blocked}`, { channel: platform, ...costsOf(channel) })}</span>
          {connects && channel !== undefined && (
            <Link className="link" to="/settings/channels" search={blocked === 'cap_reached' ? {} : { reconnect: channel.id }}>
              {t(blocked === 'cap_reached' ? 'health.changeLimit' : 'health.connectAgain')}
            </Link>
          )}
        </p>
      )}
      <ComposerNotes
        conversation={conversation}
        channel={channel}
        answered={answered}
        name={name}
        confides={confides}
        onConfide={setPrivately}
      />
      <textarea
        ref={field}
        className="ed"
        rows={rowsFor(text)}
        dir="auto"
        aria-label={t('composer.label', { name })}
        placeholder={waits ? t('composer.placeholder', { name }) : t('composer.done', { name })}
        aria-invalid={over}
        aria-describedby={blocked === null ? 'reply-count' : 'reply-blocked reply-count'}
        readOnly={blocked !== null}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          onTyping()
        }}
        onKeyDown={onKeyDown}
      />
      {obstacle === 'private' && (
        <p className="compose-note err" role="status">
          {t('composer.filesPrivate')}
        </p>
      )}
      {attaching.shown && media !== undefined && (
        <Suspense fallback={<p className="compose-note">{t('app.loading')}</p>}>
          <Attachments
            conversationId={conversation.id}
            limit={media}
            platform={platform}
            onSend={(stay) => void sendNow(stay)}
            onLeave={() => field.current?.focus()}
          />
        </Suspense>
      )}
      <div className="bar">
        {media !== undefined && blocked === null && <AttachButton media={media} refusal={attaching.refusal} onFiles={attaching.add} />}
        <span className={clsx('meta count', over && 'err')} id="reply-count">
          {count !== null &&
            limit !== undefined &&
            (over
              ? t('composer.over', { over: -count.left, platform })
              : missing > 0 && !empty
                ? t('composer.short', { missing, platform })
                : t('composer.count', { length: count.length, max: limit.max }))}
        </span>
        <span className="grow" />
        {waits && (
          <button type="button" className="btn quiet s" onClick={onNoReply}>
            {t('composer.noReply')}
          </button>
        )}
        {waits && (
          <SnoozeMenu
            row={conversation}
            actions={actions}
            id="snooze-button"
            className="btn quiet s"
            button={
              <>
                <Moon className="i phone-only" aria-hidden="true" />
                <span>{t('composer.snooze')}</span>
              </>
            }
          />
        )}
        <button
          type="button"
          className="btn fill s send"
          disabled={busy || unsendable || obstacle !== null}
          onClick={() => void sendNow(false)}
        >
          {busy ? t('composer.sending') : t('composer.send')}
          <span className="wide-only keys" aria-hidden="true">
            <Keys keys="Mod+Enter" />
          </span>
          <ArrowUp className="i phone-only" aria-hidden="true" />
        </button>
      </div>
      {conflict !== null && (
        <ConflictDialog
          conflict={conflict}
          onKeep={forgetConflict}
          onSendAnyway={() => void sendNow(false, true)}
          onDiscard={() => {
            setDraft(me.user.id, conversation.id, nothingWritten)
            forgetConflict()
          }}
        />
      )}
    </div>
  )
}

/** In place of the files: without them the words can still be seen and changed. */
function FilesNotLoaded() {
  const t = useWords()
  return (
    <p className="compose-note err">
      {t('composer.filesNotLoaded')}{' '}
      <button type="button" className="link" onClick={() => location.reload()}>
        {t('app.tryAgain')}
      </button>
    </p>
  )
}

/** Why nothing can be written to a channel just now; null when it can. */
function blockedBy({ state, health }: Channel): 'needs_reauthorization' | 'disconnected' | 'paused' | 'cap_reached' | null {
  if (state === 'needs_reauthorization' || state === 'disconnected' || state === 'paused') return state
  const { spent } = health
  return spent !== null && spent.capsReplies && spent.capUsd !== null && spent.usd >= spent.capUsd ? 'cap_reached' : null
}

/** What it has cost this month and may cost, as written on a bill. */
function costsOf(channel: Channel | undefined): { spent: string; cap: string } {
  const { usd = 0, capUsd = 0 } = channel?.health.spent ?? {}
  return { spent: usd.toFixed(2), cap: (capUsd ?? 0).toFixed(2) }
}

function atHandle(handle: string): string {
  return handle === '' || handle.startsWith('@') || /\s/u.test(handle) ? handle : `@${handle}`
}

const sizesItself = CSS.supports('field-sizing', 'content')

/** Two lines at first, ten at most; by style sheet where the browser can, else by a guess at the lines. */
function rowsFor(text: string): number {
  if (sizesItself) return 2
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 70)), 0)
  return Math.min(10, Math.max(2, lines))
}
