import type { Delivery } from '@answerback/core/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { change, read } from '../../api/call.ts'
import { cache, deliveriesQuery, deliveryQuery } from '../../api/queries.ts'
import { fullWhen, whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { useActions } from '../thread/use-actions.ts'

const looks = 8
const lookMs = 500
type Result = { facts: number } | { reason: string } | null

/** One entry in quarantine. A retry is read in the background, so its result is asked for until it shows. */
export function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const t = useWords()
  const me = useMe()
  const { tell } = useActions()
  const mayRetry = useMay('deliveries.retry')
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Result>(null)

  const retry = async () => {
    setBusy(true)
    setResult(null)
    try {
      await change({ method: 'POST', path: `/deliveries/${delivery.id}/attempts` })
      setResult(await outcomeOf(delivery))
    } catch (error) {
      tell(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className="entry">
      <div className="hs line">
        <Glyph platform={delivery.platform} />
        <b className="med">{platformOf(me, delivery.platform).name}</b>
        <span className="chip">{delivery.kind}</span>
        <time className="meta" dateTime={delivery.receivedAt} title={fullWhen(delivery.receivedAt, me.workspace.timeZone)}>
          {whenText(delivery.receivedAt, now(), me.workspace.timeZone)}
        </time>
        <span className="grow" />
        <button type="button" className="btn quiet s" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('deliveries.hide') : t('deliveries.show')}
        </button>
        {mayRetry && (
          <button type="button" className="btn s" disabled={busy} onClick={() => void retry()}>
            {busy ? t('deliveries.retrying') : t('deliveries.retry')}
          </button>
        )}
      </div>
      <p className="reason">{delivery.reason}</p>
      <p role="status" className="result">
        {result !== null &&
          ('facts' in result ? t('deliveries.retryDone', { facts: result.facts }) : t('deliveries.retryFailed', { reason: result.reason }))}
      </p>
      {open && <Raw id={delivery.id} />}
    </li>
  )
}

function Raw({ id }: { id: string }) {
  const t = useWords()
  const { data, isError } = useQuery(deliveryQuery(id))
  return (
    <pre tabIndex={0} aria-label={t('deliveries.body')}>
      {isError ? t('app.failed') : data === undefined ? t('deliveries.loading') : pretty(data.body ?? '')}
    </pre>
  )
}

/** Indented when it is JSON, else exactly as it came. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

/** Asks until the entry is read, for four seconds; after that its reason still stands. */
async function outcomeOf(delivery: Delivery): Promise<Result> {
  let latest = delivery
  for (let look = 0; look < looks && latest.state === 'quarantined'; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, lookMs))
    latest = await read<Delivery>(`/deliveries/${delivery.id}`)
  }
  if (latest.state === 'quarantined') return { reason: latest.reason ?? '' }
  setTimeout(() => void cache.invalidateQueries({ queryKey: deliveriesQuery.queryKey }), 4_000)
  return { facts: latest.facts }
}
