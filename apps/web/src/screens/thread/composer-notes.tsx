import type { Channel, Conversation, Message } from '@answerback/core/api'
import { Lock } from 'lucide-react'
import { useCallback } from 'react'
import { whenText } from '../../clock/instants.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { Keys } from '../../keys/key-names.tsx'
import { platformOf, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { latestOwed } from './use-send.ts'

type Props = {
  conversation: Conversation
  channel: Channel | undefined
  answered: Message | undefined
  name: string
  confides: boolean
  onConfide: (on: boolean) => void
}

/** What the platform makes of an answer before it is written: who will see it, until when it is taken, and what it takes the place of. */
export function ComposerNotes({ conversation, channel, answered, name, confides, onConfide }: Props) {
  const t = useWords()
  const me = useMe()
  const windows = useWindows(answered, channel)
  const platform = platformOf(me, conversation.platform).name
  const when = (untilAt: number | null) => whenText(new Date(untilAt ?? 0).toISOString(), now(), me.workspace.timeZone)
  const standing = channel?.can.oneReply === true ? answerTo(conversation, answered) : undefined
  const { inPrivate, untilAt, over } = windows
  return (
    <>
      {untilAt !== null && (
        <p className={over ? 'compose-note err' : 'compose-note'}>
          {t(over ? 'composer.windowOver' : 'composer.windowUntil', { platform, time: when(untilAt) })}
        </p>
      )}
      {standing !== undefined && <p className="compose-note">{t('composer.oneReply', { platform, text: standing.text.slice(0, 120) })}</p>}
      {inPrivate !== null &&
        (inPrivate.over ? (
          <p className="compose-note">{t('composer.privateOver', { platform, time: when(inPrivate.untilAt) })}</p>
        ) : (
          <label className="compose-note confide">
            <input type="checkbox" checked={confides} onChange={(event) => onConfide(event.currentTarget.checked)} />
            <Lock className="i sm" aria-hidden="true" />
            <span>{t('composer.privateSwitch', { name })}</span>
            <span className="wide-only" aria-hidden="true">
              <Keys keys="R" />
            </span>
            {inPrivate.untilAt !== null && <span className="meta">{t('composer.privateUntil', { time: when(inPrivate.untilAt) })}</span>}
          </label>
        ))}
    </>
  )
}

type Windows = { inPrivate: { untilAt: number | null; over: boolean } | null; untilAt: number | null; over: boolean }

/** Until when (ms) this message can be answered there, and in private; null where there is no end, or no such way. */
export function useWindows(answered: Message | undefined, channel: Channel | undefined): Windows {
  const saidAt = answered === undefined ? null : Date.parse(answered.platformAt)
  const { direct = null, privately = null } = channel?.can.windowHours ?? {}
  const confides = channel?.can.privateReply === true && answered !== undefined && !answered.private
  const privateUntilAt = endOf(confides ? saidAt : null, privately)
  const untilAt = endOf(answered?.private === true ? saidAt : null, direct)
  const over = useAtNow(useCallback((at: number) => untilAt !== null && at > untilAt, [untilAt]))
  const privateOver = useAtNow(useCallback((at: number) => privateUntilAt !== null && at > privateUntilAt, [privateUntilAt]))
  return { inPrivate: confides ? { untilAt: privateUntilAt, over: privateOver } : null, untilAt, over }
}

/** The message that what is written now will answer. */
export function messageAnswered(conversation: Conversation, inReplyTo: string | null): Message | undefined {
  const id = inReplyTo ?? latestOwed(conversation) ?? conversation.waitingMessage?.id
  return conversation.messages.find((message) => message.id === id)
}

function endOf(saidAt: number | null, hours: number | null): number | null {
  return saidAt === null || hours === null ? null : saidAt + hours * 3_600_000
}

function answerTo(conversation: Conversation, answered: Message | undefined): Message | undefined {
  return conversation.messages.findLast(
    (message) => message.direction === 'out' && message.parentId === answered?.id && message.state !== 'removed',
  )
}
