import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { profileQuery, staffQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache, meQuery } from '../../api/queries.ts'
import { filled, longPassword, passwordMin } from '../../ui/checks.ts'
import { PasswordField, SelectField, TextField } from '../../ui/fields.tsx'
import { ApiProblem } from '../../api/call.ts'
import { chooseTheme, currentTheme, type Theme } from '../../ui/theme.ts'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { Loaded } from './loaded.tsx'
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
      <PasswordChange />
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

function PasswordChange() {
  const t = useWords()
  const [changed, setChanged] = useState(false)
  const [wrong, setWrong] = useState(false)
  const form = useForm({
    initial: { currentPassword: '', password: '' },
    checks: { currentPassword: filled, password: longPassword },
    send: async (values) => {
      setChanged(false)
      setWrong(false)
      await change({ method: 'PUT', path: '/profile/password', body: values })
      setChanged(true)
      form.reset()
    },
    onRefused: (error) => {
      if (!(error instanceof ApiProblem) || error.code !== 'wrong_password') return false
      setWrong(true)
      return true
    },
  })
  const current = form.field('currentPassword')
  return (
    <section className="sec">
      <div className="sechead">
        <h2>{t('settings.passwordTitle')}</h2>
      </div>
      <form className="form narrow" noValidate onSubmit={form.submit}>
        <PasswordField
          label={t('settings.currentPassword')}
          autoComplete="current-password"
          {...current}
          error={current.error || (wrong ? t('form.code.wrong_password') : null)}
          onValue={(value) => {
            setWrong(false)
            current.onValue(value)
          }}
        />
        <PasswordField
          label={t('settings.newPassword')}
          autoComplete="new-password"
          hint={t('form.passwordHint', { min: passwordMin })}
          {...form.field('password')}
        />
        {form.whole !== null && (
          <p className="err" role="alert">
            {form.whole}
          </p>
        )}
        <div className="acts">
          <button type="submit" className="btn" aria-disabled={form.busy}>
            {form.busy ? t('form.busy') : t('settings.changePassword')}
          </button>
          <span className="saved" role="status">
            {changed && t('settings.passwordChanged')}
          </span>
        </div>
      </form>
    </section>
  )
}

function noChange(): void {
  return
}
