import { Link, Outlet } from '@tanstack/react-router'
import { Plug, User } from 'lucide-react'
import { Suspense } from 'react'
import { useMay } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import '../../style/pages.css'
import '../../style/settings.css'

/** Every page of the settings stands in this: its sections at the side, above on a phone. What one may not change is not listed. */
export function SettingsFrame() {
  const t = useWords()
  const connects = useMay('channels.connect')
  const sections = [
    { to: '/settings/profile', label: t('settings.profile'), icon: User, shown: true },
    { to: '/settings/channels', label: t('settings.channels'), icon: Plug, shown: connects },
  ] as const
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label={t('settings.sections')}>
        <p className="settings-title">{t('settings.title')}</p>
        {sections.map(
          ({ to, label, icon: Icon, shown }) =>
            shown && (
              <Link key={to} className="nav" to={to}>
                <Icon className="i" aria-hidden="true" />
                <span>{label}</span>
              </Link>
            ),
        )}
      </nav>
      <Suspense fallback={<div className="page" aria-busy="true" />}>
        <Outlet />
      </Suspense>
    </div>
  )
}
