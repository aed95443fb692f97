import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { profileQuery, staffQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache, meQuery } from '../../api/queries.ts'
import { filled } from '../../ui/checks.ts'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { chooseTheme, currentTheme, type Theme } from '../../ui/theme.ts'
import { useWords } from '../../words/words.tsx'
import { Loaded } from './loaded.tsx'
import { PasswordSection } from './password-section.tsx'
import { SavedText } from './saved-fields.tsx'
import { SettingsPage } from './settings-page.tsx'

const themes: Theme[] = ['system', 'light', 'dark']

/** How one is called here, how it looks, and one's password. */
export function ProfileSettings() {
  const t = useWords()
  const query = useQuery(profileQuery)
  return (
    <SettingsPage title={t('settings.profile')} lead={t('settings.profileLead')}>
      <Loaded query={query}>
        {(profile) => (
          <div className="form narrow">
            <SavedText
              label={t('settings.name')}
              hint={t('settings.nameHint')}
              name="name"
              kept={profile.name}
              check={filled}
              save={async (name) => {
                await change({ method: 'PATCH', path: '/profile', body: { name } })
                cache.setQueryData(profileQuery.queryKey, { ...profile, name })
                void cache.invalidateQueries({ queryKey: meQuery.queryKey })
                void cache.invalidateQueries({ queryKey: staffQuery.queryKey })
              }}
            />
            <TextField
              label={t('settings.email')}
              hint={t('settings.emailHint')}
              dir="ltr"
              readOnly
              value={profile.email}
              onValue={noChange}
            />
            <ThemeChoice />
          </div>
        )}
      </Loaded>
      {query.data !== undefined && <PasswordSection profile={query.data} />}
    </SettingsPage>
  )
}

function ThemeChoice() {
  const t = useWords()
  const [theme, setTheme] = useState(currentTheme)
  return (
    <SelectField
      label={t('settings.theme')}
      value={theme}
      onValue={(value) => {
        chooseTheme(value as Theme)
        setTheme(value as Theme)
      }}
    >
      {themes.map((each) => (
        <option key={each} value={each}>
          {t(`settings.themes.${each}`)}
        </option>
      ))}
    </SelectField>
  )
}

function noChange(): void {
  return
}
