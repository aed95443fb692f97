import { Link } from '@tanstack/react-router'
import { useMay } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'

/** Nothing is connected, so nobody can be waiting: that is not the same as everyone having an answer. */
export function NoChannels() {
  const t = useWords()
  const connects = useMay('channels.connect')
  return (
    <section className="calm">
      <div>
        <h1 tabIndex={-1}>{t('empty.noChannelsTitle')}</h1>
        <p className="lead">{t('empty.noChannels')}</p>
        {connects ? (
          <Link className="btn" to="/settings/channels" search={{ connect: '' }}>
            {t('empty.connect')}
          </Link>
        ) : (
          <p className="meta">{t('empty.askOwner')}</p>
        )}
      </div>
    </section>
  )
}
