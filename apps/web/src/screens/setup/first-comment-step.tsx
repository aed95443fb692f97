import type { Channel, ConversationRow } from '@answerback/core/api'
import { Link } from '@tanstack/react-router'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMe } from '../../ui/me.tsx'
import { useSpanSince, WaitChip } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { nameOf } from '../inbox/row-words.ts'

type Props = { channels: Channel[]; first: ConversationRow | null; onDone: () => void }

/** Waits, live, and shows how each channel is doing meanwhile; then the comment itself. */
export function FirstCommentStep({ channels, first, onDone }: Props) {
  const t = useWords()
  return (
    <>
      {first === null && <p className="ink2">{channels.length === 0 ? t('setup.first.noChannel') : t('setup.first.lead')}</p>}
      <ul className="su-channels">
        {channels.map((channel) => (
          <ChannelLine key={channel.id} channel={channel} />
        ))}
      </ul>
      <div role="status">{first !== null && <FirstComment row={first} />}</div>
      <div className="form su-done">
        <div className="acts">
          {first === null ? (
            <button type="button" className="btn big" onClick={onDone}>
              {t('setup.first.dontWait')}
            </button>
          ) : (
            <>
              <button type="button" className="btn fill big" onClick={onDone}>
                {t('setup.first.goOn')}
              </button>
              <Link className="btn big" to="/c/$conversationId" params={{ conversationId: first.id }}>
                {t('setup.first.answer')}
              </Link>
            </>
          )}
        </div>
      </div>
    </>
  )
}

function ChannelLine({ channel }: { channel: Channel }) {
  const t = useWords()
  const me = useMe()
  const polled = useSpanSince(channel.lastPollAt)
  return (
    <li className="hs">
      <Glyph platform={channel.platform} />
      <b className="med">{platformOf(me, channel.platform).name}</b>
      <bdi className="ink2 ell">{channel.name}</bdi>
      <span className="grow" />
      <span className="meta hs">
        <HealthMark channel={channel} word />
        {channel.error ?? (channel.lastPollAt === null ? t('setup.first.notChecked') : t('setup.first.checked', { span: polled }))}
      </span>
    </li>
  )
}

function FirstComment({ row }: { row: ConversationRow }) {
  const t = useWords()
  const me = useMe()
  return (
    <article className="su-comment">
      <p className="hs">
        <span className="grow">
          {t.rich('setup.first.wrote', {
            name: nameOf(row.contact, t),
            platform: platformOf(me, row.platform).name,
            b: (chunks) => <b>{chunks}</b>,
          })}
        </span>
        <WaitChip waits={row} />
      </p>
      <p dir="auto">{row.waitingMessage?.text ?? row.lastMessage.text}</p>
    </article>
  )
}
