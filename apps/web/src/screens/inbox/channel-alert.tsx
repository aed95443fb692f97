import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { channelsQuery } from '../../api/queries.ts'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'

/** Says that a channel stopped delivering, since its silence would look like peace. */
export function ChannelAlert() {
  const t = useWords()
  const me = useMe()
  const connects = useMay('channels.connect')
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const stopped = channels.find((channel) => channel.state === 'failing' || channel.state === 'needs_reauthorization')
  const ago = useSpanSince(stopped?.lastDeliveryAt ?? null)
  if (stopped === undefined) return null
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
