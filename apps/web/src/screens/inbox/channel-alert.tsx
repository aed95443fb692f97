import type { Channel } from '@answerback/core/api'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { useCallback } from 'react'
import { channelsQuery } from '../../api/queries.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { tokenWords } from '../frame/health-words.ts'

/** So long before a sign-in ends whoever can renew it is told in the inbox. */
const soonMs = 14 * 86_400_000

/** Says that a channel stopped delivering, since its silence would look like peace. */
export function ChannelAlert() {
  const t = useWords()
  const me = useMe()
  const connects = useMay('channels.connect')
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const stopped = channels.find((channel) => channel.state === 'failing' || channel.state === 'needs_reauthorization')
  const ago = useSpanSince(stopped?.lastDeliveryAt ?? null)
  const ending = useEnding(stopped === undefined && connects ? channels : [])
  if (stopped === undefined) return ending === undefined ? null : <Ending channel={ending} />
  const channel = platformOf(me, stopped.platform).name
  return (
    <p className="alertline">
      <TriangleAlert className="i" aria-hidden="true" />
      <span>{stopped.lastDeliveryAt === null ? t('health.stoppedNever', { channel }) : t('health.stopped', { channel, ago })}</span>
      {connects && stopped.state === 'needs_reauthorization' ? (
        <Link className="link" to="/settings/channels" search={{ reconnect: stopped.id }}>
          {t('health.connectAgain')}
        </Link>
      ) : (
        <Link className="link" to="/channels">
          {t('health.reconnect')}
        </Link>
      )}
    </p>
  )
}

/** The channel whose sign-in ends first, once that is near. */
function useEnding(channels: Channel[]): Channel | undefined {
  const first = channels
    .filter((channel) => channel.tokenExpiresAt !== null && channel.state !== 'disconnected' && channel.state !== 'paused')
    .toSorted((a, b) => Date.parse(a.tokenExpiresAt!) - Date.parse(b.tokenExpiresAt!))[0]
  const endsAt = first === undefined ? null : Date.parse(first.tokenExpiresAt!)
  const near = useAtNow(useCallback((at: number) => endsAt !== null && endsAt - at < soonMs, [endsAt]))
  return near ? first : undefined
}

function Ending({ channel }: { channel: Channel }) {
  const t = useWords()
  const me = useMe()
  return (
    <p className="alertline">
      <TriangleAlert className="i" aria-hidden="true" />
      <span>
        {t('health.endsSoon', { channel: platformOf(me, channel.platform).name, ends: tokenWords(channel.tokenExpiresAt!, now(), t) })}
      </span>
      <Link className="link" to="/settings/channels" search={{ reconnect: channel.id }}>
        {t('health.connectAgain')}
      </Link>
    </p>
  )
}
