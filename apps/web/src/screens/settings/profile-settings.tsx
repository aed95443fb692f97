import { useWords } from '../../words/words.tsx'
import { useMe } from '../../ui/me.tsx'
import { SettingsPage } from './settings-page.tsx'

/** How one is called here. */
export function ProfileSettings() {
  const t = useWords()
  const me = useMe()
  return <SettingsPage title={t('settings.profile')}>{me.user.name}</SettingsPage>
}
