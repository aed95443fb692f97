import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { doorQuery, resetQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { emailLike, longPassword, passwordMin } from '../../ui/checks.ts'
import { PasswordField, TextField } from '../../ui/fields.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { BadLink } from './bad-link.tsx'
import { Door, DoorFailed } from './door.tsx'

/** Without a token: asks for a link. With one: the new password. */
export function ResetScreen() {
  const { token } = useSearch({ from: '/doors/reset' })
  return token === undefined ? <AskForLink /> : <ChoosePassword token={token} />
}

function AskForLink() {
  const t = useWords()
  const { data: door } = useQuery({ ...doorQuery, retry: false })
  const [mailed, setMailed] = useState<boolean | null>(null)
  const form = useForm({
    initial: { email: '' },
    checks: { email: emailLike },
    send: async ({ email }) => {
      setMailed((await change<{ mailed: boolean }>({ method: 'POST', path: '/password-reset', body: { email: email.trim() } })).mailed)
    },
  })
  const noMail = door?.mail === false
  return (
    <Door title={t('doors.title.reset')} heading={t('doors.askReset')}>
      {mailed !== null ? (
        <p role="status">{mailed ? t('doors.sent') : t('doors.sentNoMail')}</p>
      ) : noMail ? (
        <p>{t('doors.noMailLead')}</p>
      ) : (
        <>
          <p>{t('doors.askResetLead')}</p>
          <form className="form" noValidate onSubmit={form.submit}>
            <TextField
              label={t('doors.email')}
              type="email"
              autoComplete="username"
              inputMode="email"
              dir="ltr"
              autoFocus
              {...form.field('email')}
            />
            {form.whole !== null && (
              <p className="err" role="alert">
                {form.whole}
              </p>
            )}
            <div className="acts">
              <button type="submit" className="btn fill big" aria-disabled={form.busy}>
                {form.busy ? t('form.busy') : t('doors.send')}
              </button>
            </div>
          </form>
        </>
      )}
      <p>
        <Link className="link" to="/sign-in">
          {t('doors.backToSignIn')}
        </Link>
      </p>
    </Door>
  )
}

function ChoosePassword({ token }: { token: string }) {
  const t = useWords()
  const { data: state, isError, refetch } = useQuery(resetQuery(token))
  const [done, setDone] = useState(false)
  const form = useForm({
    initial: { password: '' },
    checks: { password: longPassword },
    send: async ({ password }) => {
      await change({ method: 'PUT', path: '/password-reset/link', body: { token, password } })
      setDone(true)
    },
  })
  const title = t('doors.title.reset')
  if (isError) return <DoorFailed title={title} onAgain={() => void refetch()} />
  if (state === undefined) return null
  if (done)
    return (
      <Door title={title} heading={t('doors.newPassword')}>
        <p role="status">{t('doors.passwordSet')}</p>
        <p>
          <Link className="btn fill big" to="/sign-in">
            {t('doors.signIn')}
          </Link>
        </p>
      </Door>
    )
  if (!state.good)
    return (
      <BadLink title={title} bad={state}>
        <Link className="btn big" to="/reset" search={{ token: undefined }}>
          {t('doors.askAgain')}
        </Link>
      </BadLink>
    )
  return (
    <Door title={title} heading={t('doors.newPassword')}>
      <p>{t('doors.newPasswordFor', { email: state.email })}</p>
      <form className="form" noValidate onSubmit={form.submit}>
        <input className="sr" type="email" autoComplete="username" readOnly tabIndex={-1} aria-hidden="true" value={state.email} />
        <PasswordField
          label={t('doors.newPassword')}
          autoComplete="new-password"
          autoFocus
          hint={t('form.passwordHint', { min: passwordMin })}
          {...form.field('password')}
        />
        {form.whole !== null && (
          <p className="err" role="alert">
            {form.whole}
          </p>
        )}
        <div className="acts">
          <button type="submit" className="btn fill big" aria-disabled={form.busy}>
            {form.busy ? t('form.busy') : t('doors.setPassword')}
          </button>
        </div>
      </form>
    </Door>
  )
}
