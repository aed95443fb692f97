import type { Channel } from '@answerback/core/api'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { channelsQuery, countsQuery } from '../../api/queries.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { safeUrl } from '../../ui/user-text.tsx'
import { useWords } from '../../words/words.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { useHealthWords } from '../frame/health-words.ts'
import '../../style/pages.css'
import '../../style/deliveries.css'

/** What is connected and whether it delivers: shape, word, and when something last came. */
export function ChannelsScreen() {
  const t = useWords()
  const me = useMe()
  const { data: channels } = useSuspenseQuery({ ...channelsQuery, refetchInterval: 15_000 })
  useEffect(() => {
    document.title = t('title.channels', { name: me.workspace.name })
  }, [t, me.workspace.name])
  return (
    <section className="page">
      <header className="phead">
        <h1 tabIndex={-1}>{t('channels.title')}</h1>
      </header>
      <div className="wrap">
        <p className="lead-line">
          {t('channels.lead')}{' '}
          <Link className="link" to="/completeness">
            {t('channels.completeness')}
          </Link>
        </p>
        {channels.length === 0 && <p className="ink2">{t('channels.empty')}</p>}
        <ul className="entries">
          {channels.map((channel) => (
            <ChannelLine key={channel.id} channel={channel} />
          ))}
        </ul>
      </div>
    </section>
  )
}

function ChannelLine({ channel }: { channel: Channel }) {
  const t = useWords()
  const me = useMe()
  const { data: counts } = useQuery({ ...countsQuery, initialData: me.counts })
  const connects = useMay('channels.connect')
  const words = useHealthWords(channel)
  const url = safeUrl(channel.url)
  return (
    <li className="entry channel">
      <div className="hs line">
        <Glyph platform={channel.platform} />
        <b className="med">{platformOf(me, channel.platform).name}</b>
        <bdi className="ink2 ell">{channel.name}</bdi>
        <span className="chip state" data-state={channel.state}>
          <HealthMark channel={channel} word />
        </span>
        <span className="grow" />
        {connects && (channel.state === 'needs_reauthorization' || channel.state === 'disconnected') && (
          <Link className="link small" to="/settings/channels" search={{ reconnect: channel.id }}>
            {t('health.connectAgain')}
          </Link>
        )}
        <Link className="link small" to="/inbox/{-$view}" params={{ view: undefined }} search={{ channelId: channel.id }}>
          {t('channels.waiting', { count: counts.byChannel[channel.id] ?? 0 })}
        </Link>
        {url !== null && (
          <a className="link small" href={url} target="_blank" rel="noopener noreferrer">
            {t('channels.open')}
          </a>
        )}
      </div>
      <p className="meta">{words}</p>
      {channel.error !== null && <p className="reason err">{channel.error}</p>}
    </li>
  )
}
