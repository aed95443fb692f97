import type { Profile } from '@answerback/core/access-api'
import { useState } from 'react'
import { profileQuery } from '../../api/access-queries.ts'
import { ApiProblem, change } from '../../api/call.ts'
import { cache, meQuery } from '../../api/queries.ts'
import { filled, longPassword } from '../../ui/checks.ts'
import { PasswordField } from '../../ui/fields.tsx'
import { Form } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { ForAccount, NewPasswordField } from '../doors/door-fields.tsx'

/** Changes one's password; whoever came in by a link and has none chooses the first. */
export function PasswordSection({ profile }: { profile: Profile }) {
  const t = useWords()
  // What it was when the page came: choosing a first password does not change the form under one's hands.
  const [first] = useState(!profile.hasPassword)
  const [done, setDone] = useState(false)
  return (
    <section className="sec" id="password">
      <div className="sechead">
        <h2>{first ? t('settings.firstPasswordTitle') : t('settings.passwordTitle')}</h2>
      </div>
      {first && done ? (
        <p role="status">{t('settings.firstPasswordSet', { email: profile.email })}</p>
      ) : first ? (
        <FirstPassword email={profile.email} onDone={() => setDone(true)} />
      ) : (
        <PasswordChange />
      )}
    </section>
  )
}

function FirstPassword({ email, onDone }: { email: string; onDone: () => void }) {
  const t = useWords()
  const form = useForm({
    initial: { password: '' },
    checks: { password: longPassword },
    send: async ({ password }) => {
      await change({ method: 'PUT', path: '/profile/password', body: { currentPassword: '', password } })
      onDone()
      for (const { queryKey } of [meQuery, profileQuery]) void cache.invalidateQueries({ queryKey })
    },
  })
  return (
    <Form form={form} action={t('settings.setFirstPassword')} className="narrow">
      <p className="ink2">{t('settings.firstPasswordLead')}</p>
      <ForAccount email={email} />
      <NewPasswordField label={t('settings.firstPassword')} field={form.field('password')} />
    </Form>
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
  const told = (
    <span className="saved" role="status">
      {changed && t('settings.passwordChanged')}
    </span>
  )
  return (
    <Form form={form} action={t('settings.changePassword')} button="btn" className="narrow" aside={told}>
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
      <NewPasswordField label={t('settings.newPassword')} field={form.field('password')} />
    </Form>
  )
}
