import type { Channel, Delivery } from '@answerback/core/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { channelDeliveriesQuery } from '../../../api/channel-queries.ts'
import { fullWhen, whenText } from '../../../clock/instants.ts'
import { now } from '../../../clock/ticker.ts'
import { useMe } from '../../../ui/me.tsx'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'

/** The last twenty things that a channel delivered, and which could not be read. */
export function ChannelDeliveries({ channel }: { channel: Channel }) {
  const t = useWords()
  const query = useQuery(channelDeliveriesQuery(channel.id))
  return (
    <div className="wide deliveries-of">
      <Loaded query={query}>
        {(deliveries) =>
          deliveries.length === 0 ? (
            <p className="ink3">{t('connecting.deliveriesNone')}</p>
          ) : (
            <>
              <ul tabIndex={0} aria-label={t('connecting.deliveries')}>
                {deliveries.map((delivery) => (
                  <Line key={delivery.id} delivery={delivery} />
                ))}
              </ul>
              {deliveries.some((each) => each.state === 'quarantined') && (
                <Link className="link small" to="/deliveries">
                  {t('connecting.deliveriesAll')}
                </Link>
              )}
            </>
          )
        }
      </Loaded>
    </div>
  )
}

function Line({ delivery: { kind, state, reason, facts, receivedAt } }: { delivery: Delivery }) {
  const t = useWords()
  const { workspace } = useMe()
  return (
    <li>
      <time className="meta" dateTime={receivedAt} title={fullWhen(receivedAt, workspace.timeZone)}>
        {whenText(receivedAt, now(), workspace.timeZone)}
      </time>
      <span className="chip">{kind === 'webhook' ? t('connecting.viaWebhook') : kind}</span>
      <span className={state === 'quarantined' ? 'err' : 'ink2'}>
        {state === 'quarantined' ? t('connecting.notRead', { reason: reason ?? '' }) : t('connecting.facts', { facts })}
      </span>
    </li>
  )
}
