import { type ReactNode, useEffect } from 'react'
import { BrandMark } from '../frame/brand-mark.tsx'
import { useWords } from '../../words/words.tsx'
import '../../style/doors.css'

/** A page in front of the inbox: the product's name, one heading, one thing to do. `title` names the browser's tab. */
export function Door({ title, heading, children }: { title: string; heading: ReactNode; children: ReactNode }) {
  const t = useWords()
  useDoorTitle(title)
  return (
    <main className="door">
      <div className="door-box">
        <p className="door-brand">
          <BrandMark />
          <b>{t('app.name')}</b>
        </p>
        <h1>{heading}</h1>
        {children}
      </div>
    </main>
  )
}

export function useDoorTitle(title: string): void {
  const t = useWords()
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`
  }, [t, title])
}

/** The page could not ask the server: says so, and lets one ask again. */
export function DoorFailed({ title, onAgain }: { title: string; onAgain: () => void }) {
  const t = useWords()
  return (
    <Door title={title} heading={t('app.failed')}>
      <p>{t('app.failedOffline')}</p>
      <p>
        <button type="button" className="btn big" onClick={onAgain}>
          {t('app.tryAgain')}
        </button>
      </p>
    </Door>
  )
}
