import { Link } from '@tanstack/react-router'
import { useWords } from '../../../words/words.tsx'
import { SettingsPage } from '../settings-page.tsx'

/** Where accounts are connected. */
export function ChannelsSettings() {
  const t = useWords()
  return (
    <SettingsPage title={t('settings.channels')} lead={t('channels.lead')}>
      <Link className="btn" to="/channels">
        {t('nav.channelHealth')}
      </Link>
    </SettingsPage>
  )
}
