import type { Channel, Conversation } from '@answerback/core/api'
import { ChevronLeft, Ellipsis, ExternalLink, Heart, Moon, UserRoundPlus } from 'lucide-react'
import { useSuspenseQuery } from '@tanstack/react-query'
import { type RefObject, useCallback } from 'react'
import { channelsQuery } from '../../api/queries.ts'
import { useAtNow } from '../../clock/ticker.ts'
import { usePresence } from '../../live/presence.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { channelOf, platformOf, staffName, useMay, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { usePhone } from '../../ui/use-phone.ts'
import { safeUrl } from '../../ui/user-text.tsx'
import { Meter, WaitChip } from '../../ui/wait.tsx'
import { promiseWords, shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { useListHandle } from '../inbox/list-context.ts'
import { endedWords, nameOf, whereOf } from '../inbox/row-words.ts'
import { AssignItems, AssignMenu } from './assign-menu.tsx'
import type { Actions } from './use-actions.ts'

type Props = { conversation: Conversation; channel: Channel | undefined; actions: Actions; heading: RefObject<HTMLHeadingElement | null> }

/** Who, where, how long against the target, and whose it is. */
export function ThreadHead({ conversation, channel, actions, heading }: Props) {
  const t = useWords()
  const me = useMe()
  const list = useListHandle()
  const at = list.rows.findIndex((row) => row.id === conversation.id)
  const handle = conversation.contact.handle
  const mayAssign = useMay('conversation.assign')
  return (
    <header>
      <div className="hs">
        <button type="button" className="tb back" aria-label={t('thread.back')} onClick={list.close}>
          <ChevronLeft className="i flip" aria-hidden="true" />
        </button>
        <div className="whoever">
          <h2 className="who ell" tabIndex={-1} ref={heading}>
            {nameOf(conversation.contact, t)}
          </h2>
          <span className="small ink3 ell wide-only">
            {handle !== null && handle !== '' && (
              <>
                <bdi>{handle.startsWith('@') ? handle : `@${handle}`}</bdi> ·{' '}
              </>
            )}
            {t('thread.where', { platform: platformOf(me, conversation.platform).name, kind: t(`kind.${conversation.kind}`) })}
          </span>
          <span className="meta hs phone-only">
            <Glyph platform={conversation.platform} />
            <span className="ell">{whereOf(conversation, t)}</span>
          </span>
        </div>
        <span className="grow" />
        <People conversationId={conversation.id} />
        {at !== -1 && (
          <span className="small ink3 phone-only position">{t('thread.position', { at: at + 1, count: list.rows.length })}</span>
        )}
        <MoreMenu conversation={conversation} channel={channel} actions={actions} />
      </div>
      <div className="hs state-line">
        <WaitState conversation={conversation} />
        <span className="grow" />
        {mayAssign && (
          <span className="owner-slot">
            <Owner conversation={conversation} actions={actions} />
          </span>
        )}
      </div>
    </header>
  )
}

function WaitState({ conversation }: { conversation: Conversation }) {
  const t = useWords()
  const me = useMe()
  const { waitingSince, dueAt } = conversation
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const promised = channelOf(channels, conversation.channelId)?.target
  const phone = usePhone()
  const against = useAtNow(
    useCallback(
      (at: number) => {
        if (waitingSince === null || dueAt === null) return null
        const late = at - Date.parse(dueAt)
        const target = promised ? promiseWords(promised, t) : shortSpan(t, Date.parse(dueAt) - Date.parse(waitingSince))
        const span = shortSpan(t, Math.abs(late), late < 0)
        if (phone) return late >= 0 ? t('thread.lateByShort', { span }) : t('thread.leftShort', { span })
        return late >= 0 ? t('thread.lateBy', { span, target }) : t('thread.left', { span, target })
      },
      [waitingSince, dueAt, promised, phone, t],
    ),
  )
  if (waitingSince === null) return <span className="small ink2 ended">{endedWords(conversation, me, t)}</span>
  return (
    <>
      <WaitChip waits={conversation} inline say={(span) => t('thread.waiting', { span })} />
      <Meter waits={conversation} />
      {against !== null && <span className="small ink3 against">{against}</span>}
    </>
  )
}

/** "I've got it" while nobody has, else whose it is, to be passed on. */
function Owner({ conversation, actions }: { conversation: Conversation; actions: Actions }) {
  const t = useWords()
  const me = useMe()
  const { assigneeId } = conversation
  if (assigneeId === null) {
    return (
      <button type="button" className="btn s take" onClick={() => void actions.assign(conversation, me.user.id)}>
        {t('thread.take')} <kbd>i</kbd>
      </button>
    )
  }
  const name = staffName(me, assigneeId) ?? t('app.someone')
  return (
    <AssignMenu
      row={conversation}
      actions={actions}
      id="assign-button"
      className="btn quiet s"
      label={t('thread.assign')}
      button={
        <>
          <Avatar name={name} size="s" />
          {assigneeId === me.user.id ? t('thread.withYou') : t('thread.with', { name })}
        </>
      }
    />
  )
}

function People({ conversationId }: { conversationId: string }) {
  const t = useWords()
  const people = usePresence(conversationId)
  const first = people.find((person) => person.typing) ?? people[0]
  if (first === undefined) return null
  return (
    <span className="hs small ink3 people">
      <Avatar name={first.name} size="s" />
      <span className="wide-only">
        {first.typing ? t('thread.typing', { name: first.name }) : t('thread.looking', { name: first.name, count: people.length })}
      </span>
    </span>
  )
}

function MoreMenu({ conversation, channel, actions }: { conversation: Conversation; channel: Channel | undefined; actions: Actions }) {
  const t = useWords()
  const me = useMe()
  const mayAct = useMay('conversation.assign')
  const message = conversation.messages.find((each) => each.id === conversation.waitingMessage?.id)
  const url = safeUrl(message?.url ?? conversation.post?.url ?? null)
  const platform = platformOf(me, conversation.platform).name
  return (
    <Menu
      label={t('thread.more')}
      className="ib s more-button"
      align="end"
      button={<Ellipsis className="i" aria-hidden="true" />}
      id={conversation.assigneeId === null ? 'assign-button' : 'more-button'}
    >
      {mayAct && conversation.assigneeId !== me.user.id && (
        <MenuItem icon={<UserRoundPlus className="i" aria-hidden="true" />} onChoose={() => void actions.assign(conversation, me.user.id)}>
          {t('thread.take')}
        </MenuItem>
      )}
      {mayAct && channel?.can.like === true && conversation.waitingSince !== null && (
        <MenuItem
          icon={<Heart className="i" aria-hidden="true" />}
          onChoose={() =>
            void (conversation.acknowledged
              ? actions.unlike(conversation, message?.id ?? null)
              : actions.like(conversation, message?.id ?? null))
          }
        >
          {conversation.acknowledged ? t('thread.unlike') : t('thread.like')}
        </MenuItem>
      )}
      {mayAct && conversation.state === 'snoozed' && (
        <MenuItem icon={<Moon className="i" aria-hidden="true" />} onChoose={() => void actions.wake(conversation)}>
          {t('thread.wakeNow')}
        </MenuItem>
      )}
      {url !== null && (
        <MenuItem
          icon={<ExternalLink className="i" aria-hidden="true" />}
          onChoose={() => window.open(url, '_blank', 'noopener,noreferrer')}
        >
          {t('thread.openThere', { platform })}
        </MenuItem>
      )}
      {mayAct && (
        <>
          <div role="separator" />
          <p>
            <UserRoundPlus className="i sm inline" aria-hidden="true" /> {t('thread.assign')}
          </p>
          <AssignItems row={conversation} actions={actions} />
        </>
      )}
    </Menu>
  )
}
