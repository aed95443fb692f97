import { Link, Outlet } from '@tanstack/react-router'
import { CalendarClock, KeyRound, ListChecks, MonitorSmartphone, Plug, Store, Target, User, Users } from 'lucide-react'
import { Suspense } from 'react'
import { useMay } from '../../ui/me.tsx'
import { MoreWords } from '../../words/more-words.tsx'
import { useWords } from '../../words/words.tsx'
import { isSettingUp } from '../setup/setting-up.ts'
import '../../style/pages.css'
import '../../style/settings.css'

/** Every page of the settings stands in this: its sections at the side, above on a phone. What one may not change is not listed. */
export function SettingsFrame() {
  return (
    <MoreWords>
      <Sections />
    </MoreWords>
  )
}

function Sections() {
  const t = useWords()
  const sections = [
    { to: '/settings/profile', label: t('settings.profile'), icon: User, shown: useMay('account.own') },
    { to: '/settings/brand', label: t('settings.brand'), icon: Store, shown: useMay('workspace.write') },
    { to: '/settings/people', label: t('settings.people'), icon: Users, shown: useMay('staff.read') },
    { to: '/settings/reasons', label: t('settings.reasons'), icon: ListChecks, shown: useMay('reasons.write') },
    { to: '/settings/targets', label: t('settings.targets'), icon: Target, shown: useMay('targets.write') },
    { to: '/settings/hours', label: t('settings.hours'), icon: CalendarClock, shown: useMay('targets.write') },
    { to: '/settings/channels', label: t('settings.channels'), icon: Plug, shown: useMay('channels.connect') },
    { to: '/settings/api-keys', label: t('settings.apiKeys'), icon: KeyRound, shown: useMay('api_keys.write') },
    { to: '/settings/sessions', label: t('settings.sessions'), icon: MonitorSmartphone, shown: useMay('account.own') },
  ] as const
  return (
    <div className="settings">
      {isSettingUp() && (
        <p className="setup-strip">
          <span>{t('setup.goingOn')}</span>
          <Link className="link" to="/setup" search={{ token: undefined }}>
            {t('setup.backToSetup')}
          </Link>
        </p>
      )}
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
