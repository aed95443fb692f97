import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { deliveriesQuery } from '../../api/queries.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { DeliveryRow } from './delivery-row.tsx'
import '../../style/pages.css'
import '../../style/deliveries.css'

/** What a platform sent and we could not read: its reason, how it came, and another try. */
export function DeliveriesScreen() {
  const t = useWords()
  const me = useMe()
  const allowed = useMay('deliveries.read')
  const { data, isPending, isError, refetch } = useQuery({ ...deliveriesQuery, enabled: allowed })
  useEffect(() => {
    document.title = t('title.deliveries', { name: me.workspace.name })
  }, [t, me.workspace.name])
  return (
    <section className="page">
      <header className="phead">
        <h1 tabIndex={-1}>{t('deliveries.title')}</h1>
      </header>
      <div className="wrap">
        <p className="lead-line">{t('deliveries.lead')}</p>
        {!allowed ? (
          <p className="ink2">{t('deliveries.forbidden')}</p>
        ) : isError ? (
          <p className="hs">
            {t('app.failed')}
            <button type="button" className="btn s" onClick={() => void refetch()}>
              {t('app.tryAgain')}
            </button>
          </p>
        ) : isPending ? null : data.length === 0 ? (
          <p className="ink2">{t('deliveries.empty')}</p>
        ) : (
          <ul className="entries" aria-label={t('deliveries.caption')}>
            {data.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} />
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
