import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { doorQuery, resetQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { emailLike, longPassword } from '../../ui/checks.ts'
import { Form } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { BadLink } from './bad-link.tsx'
import { EmailField, ForAccount, NewPasswordField } from './door-fields.tsx'
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
          <Form form={form} action={t('doors.send')} button="btn fill big">
            <EmailField field={form.field('email')} autoFocus />
          </Form>
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
      <Form form={form} action={t('doors.setPassword')} button="btn fill big">
        <ForAccount email={state.email} />
        <NewPasswordField label={t('doors.newPassword')} field={form.field('password')} autoFocus />
      </Form>
    </Door>
  )
}
