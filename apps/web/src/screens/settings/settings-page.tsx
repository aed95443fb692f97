import { type ReactNode, useEffect } from 'react'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'

/** One page of the settings: its heading, a sentence below it, and what can be set. Also names the browser's tab. */
export function SettingsPage({
  title,
  lead,
  action,
  children,
}: {
  title: string
  lead?: string
  action?: ReactNode
  children?: ReactNode
}) {
  const t = useWords()
  const { workspace } = useMe()
  useEffect(() => {
    document.title = t('title.settings', { page: title, name: workspace.name })
  }, [t, title, workspace.name])
  return (
    <section className="page settings-page">
      <header className="phead">
        <h1 tabIndex={-1}>{title}</h1>
        {action}
      </header>
      <div className="wrap">
        {lead !== undefined && <p className="lead-line">{lead}</p>}
        {children}
      </div>
    </section>
  )
}
