import type { Channel, Conversation, Message as MessageShape, TurnView } from '@answerback/core/api'
import { atLeast } from '@answerback/core/permissions'
import { lateness } from '@answerback/core/completeness'
import clsx from 'clsx'
import { Check, ExternalLink, Heart, Minus, Reply as ReplyIcon, RotateCcw } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { fullWhen, whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Stars } from '../../ui/stars.tsx'
import { platformOf, staffName, useMay, useMe } from '../../ui/me.tsx'
import { safeUrl, UserText } from '../../ui/user-text.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf, reasonWords } from '../inbox/row-words.ts'
import { type Asked, MessageMenu } from './message-menu.tsx'
import type { Actions } from './use-actions.ts'
import { useMessageActions } from './use-message-actions.ts'

const EditReply = lazy(() => import('./edit-reply.tsx').then((loaded) => ({ default: loaded.EditReply })))

type Props = {
  conversation: Conversation
  message: MessageShape
  toId?: string | null
  small?: boolean
  channel: Channel | undefined
  actions: Actions
  onReply: (messageId: string) => void
  onAsk: (asked: Asked) => void
}

/** One message of either side, with what became of it. One that is still owed an answer lies on its own ground with its actions. */
export function MessageView({ conversation, message, toId = null, small = false, channel, actions, onReply, onAsk }: Props) {
  const t = useWords()
  const me = useMe()
  const turn = conversation.turns.find((each) => each.messageIds.includes(message.id))
  const owed = turn?.state === 'open'
  const name = speakerOf(conversation, message, me.workspace.name, t)
  const [editing, setEditing] = useState(false)
  const acts = useMessageActions(conversation, actions)
  const late = message.direction === 'in' ? lateness(message, conversation.channelId) : null
  const to = toId === null ? undefined : conversation.messages.find((each) => each.id === toId)
  const article = (
    <article className={clsx('msg', message.state !== 'visible' && 'off')} data-message={message.id}>
      <Avatar name={name} us={message.direction === 'out'} size={small ? 's' : undefined} />
      <div>
        <div className="top">
          <b>
            <bdi>{name}</bdi>
          </b>
          {to !== undefined && <span className="meta">{t('thread.to', { name: speakerOf(conversation, to, me.workspace.name, t) })}</span>}
          <time className="meta" dateTime={message.platformAt} title={fullWhen(message.platformAt, me.workspace.timeZone)}>
            {whenText(message.platformAt, now(), me.workspace.timeZone)}
          </time>
          {late !== null && <span className="meta">{t('thread.arrivedLate', { span: shortSpan(t, late) })}</span>}
          {message.private && <span className="chip">{t('thread.privately')}</span>}
          {channel !== undefined && (
            <MessageMenu
              conversation={conversation}
              message={message}
              name={name}
              can={channel.can}
              onAsk={(asked) => (asked.what === 'edit' ? setEditing(true) : onAsk(asked))}
              onUnhide={() => void acts.unhide(message)}
            />
          )}
        </div>
        {message.rating !== null && <Stars rating={message.rating} />}
        {editing && channel !== undefined ? (
          <Suspense>
            <EditReply
              message={message}
              limit={channel.replyLimit}
              platform={platformOf(me, conversation.platform).name}
              onSave={(text) => acts.edit(message, text)}
              onClose={() => setEditing(false)}
            />
          </Suspense>
        ) : (
          <Body message={message} />
        )}
        <Facts conversation={conversation} message={message} turn={turn} actions={actions} />
        {owed && (
          <OwedActions
            conversation={conversation}
            message={message}
            canLike={channel?.can.like ?? false}
            canReply={channel?.can.reply ?? true}
            actions={actions}
            onReply={onReply}
          />
        )}
      </div>
    </article>
  )
  return owed ? <div className="owed">{article}</div> : article
}

function speakerOf(conversation: Conversation, message: MessageShape, ours: string, t: ReturnType<typeof useWords>): string {
  return message.direction === 'out' ? ours : nameOf(message.contact ?? (message.contact === null ? null : conversation.contact), t)
}

function Body({ message }: { message: MessageShape }) {
  const t = useWords()
  const { workspace, role } = useMe()
  const [first, setFirst] = useState(false)
  // What we said and changed is the lead's to see from beginning to end; others compare with the first.
  const all = message.direction === 'out' && atLeast(role, 'lead')
  const versions = all ? message.earlier : message.earlier.slice(0, 1)
  return (
    <>
      {message.text !== '' && <UserText className="body" text={message.text} />}
      <Media message={message} />
      {versions.length > 0 && (
        <p className="below">
          <span>{t('thread.edited')}</span>
          <button type="button" className="link" aria-expanded={first} onClick={() => setFirst(!first)}>
            {all
              ? t(first ? 'thread.hideVersions' : 'thread.versions', { count: versions.length })
              : t(first ? 'thread.hideFirst' : 'thread.showFirst')}
          </button>
        </p>
      )}
      {first &&
        versions.map((each) => (
          <blockquote key={`${each.at} ${each.text}`} className="earlier">
            <p className="meta">
              {t(all ? 'thread.version' : 'thread.firstVersion', { time: whenText(each.at, now(), workspace.timeZone) })}
            </p>
            <UserText text={each.text} />
          </blockquote>
        ))}
    </>
  )
}

/** Pictures by https, or through our own server, are shown; anything else is a link. Nothing plays by itself. */
function Media({ message }: { message: MessageShape }) {
  const t = useWords()
  if (message.media.length === 0) return null
  return (
    <div className="media">
      {message.media.map((media, index) => {
        const url = safeUrl(media.url)
        const shown = media.kind === 'image' && /^(https:|\/(?!\/))/i.test(media.previewUrl ?? media.url)
        const kind = t.has(`thread.media.${media.kind}` as 'thread.media.other')
          ? t(`thread.media.${media.kind}` as 'thread.media.other')
          : t('thread.media.other')
        const inside = shown ? (
          <img src={media.previewUrl ?? media.url} alt={media.alt ?? kind} loading="lazy" referrerPolicy="no-referrer" />
        ) : (
          <span className="chip">{media.alt === null || media.alt === '' ? kind : `${kind}: ${media.alt}`}</span>
        )
        return url === null ? (
          <span key={index}>{inside}</span>
        ) : (
          <a key={index} href={url} target="_blank" rel="noopener noreferrer nofollow">
            {inside}
          </a>
        )
      })}
    </div>
  )
}

/** What became of it: removed, answered in, closed with a reason, liked. */
function Facts({
  conversation,
  message,
  turn,
  actions,
}: {
  conversation: Conversation
  message: MessageShape
  turn: TurnView | undefined
  actions: Actions
}) {
  const t = useWords()
  const me = useMe()
  const mayReopen = useMay('conversation.reopen')
  const platform = platformOf(me, conversation.platform).name
  const answered = conversation.turns.filter((each) => each.answerId === message.id)
  const endsHere = turn !== undefined && turn.messageIds.at(-1) === message.id
  const name = nameOf(message.contact, t)
  return (
    <>
      {(message.state !== 'visible' || message.beforeConnection || message.automated || message.pending !== null) && (
        <p className="below">
          {message.state === 'removed' && <span>{t(`thread.removed.${message.removedBy ?? 'unknown'}`)}</span>}
          {message.state === 'hidden' && <span>{t('thread.hidden')}</span>}
          {message.beforeConnection && <span>{t('thread.before')}</span>}
          {message.automated && <span>{t('thread.automated')}</span>}
          {message.pending !== null && <span>{t('thread.pending', { why: message.pending })}</span>}
        </p>
      )}
      {answered.map((each) => {
        const by = each.source === 'here' ? staffName(me, each.byId) : null
        const span = shortSpan(t, (each.seconds ?? 0) * 1_000, true)
        return (
          <p key={each.id} className="below">
            <span className="ans">
              <Check className="i sm" aria-hidden="true" />
              {by === null ? t('thread.answeredIn', { span }) : t('thread.answeredInBy', { span, name: by })}
            </span>
            {each.source === 'native' && <span>{t('thread.nativeUnknown', { platform })}</span>}
            {each.assumed && <span>{t('thread.assumed')}</span>}
            {each.clocksDisagree && <span>{t('thread.clocksDisagree')}</span>}
          </p>
        )
      })}
      {endsHere && turn.state === 'closed' && (
        <p className="below">
          <Minus className="i sm" aria-hidden="true" />
          <span>
            {t(turn.closedClass === 'declined' ? 'thread.declinedAs' : 'thread.closedAs', {
              reason: reasonWords(turn.reason, turn.reasonName, t),
            })}
            {turn.note !== null && turn.note !== '' && ` “${turn.note}”`}
          </span>
          {turn.endAt !== null && (
            <span>
              {t('thread.byAt', {
                name: staffName(me, turn.byId) ?? t('app.someone'),
                time: whenText(turn.endAt, now(), me.workspace.timeZone),
              })}
            </span>
          )}
          {mayReopen && (
            <button type="button" onClick={() => void actions.reopen(conversation, name)}>
              <RotateCcw className="i sm" aria-hidden="true" />
              {t('thread.reopen')}
            </button>
          )}
        </p>
      )}
      {turn?.state === 'open' && (turn.foundLate || turn.changedSinceAnswered || message.liked) && (
        <p className="below">
          {turn.foundLate && <span>{t('thread.foundLate')}</span>}
          {turn.changedSinceAnswered && <span>{t('thread.changed')}</span>}
          {message.liked && (
            <span className="ack hs">
              <Heart className="i sm" aria-hidden="true" />
              {t('thread.liked')}
            </span>
          )}
        </p>
      )}
      {turn?.state !== 'open' && message.liked && (
        <p className="below">
          <span className="ack hs">
            <Heart className="i sm" aria-hidden="true" />
            {t('thread.likedDone')}
          </span>
        </p>
      )}
    </>
  )
}

type OwedProps = Pick<Props, 'conversation' | 'message' | 'actions' | 'onReply'> & { canLike: boolean; canReply: boolean }

function OwedActions({ conversation, message, canLike, canReply, actions, onReply }: OwedProps) {
  const t = useWords()
  const mayReply = useMay('reply.send')
  const url = safeUrl(message.url)
  return (
    <div className="below acts-line">
      {mayReply && canReply && (
        <button type="button" onClick={() => onReply(message.id)}>
          <ReplyIcon className="i sm" aria-hidden="true" />
          {t('thread.reply')} <kbd>r</kbd>
        </button>
      )}
      {mayReply && canLike && (
        <button
          type="button"
          className="ack"
          onClick={() => void (message.liked ? actions.unlike(conversation, message.id) : actions.like(conversation, message.id))}
        >
          <Heart className="i sm" aria-hidden="true" />
          {message.liked ? t('thread.unlike') : t('thread.like')}
        </button>
      )}
      {url !== null && (
        <a href={url} target="_blank" rel="noopener noreferrer nofollow">
          <ExternalLink className="i sm" aria-hidden="true" />
          {t('thread.open')}
        </a>
      )}
    </div>
  )
}
