import { useQuery } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { doorQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { now } from '../../clock/ticker.ts'
import { countDrafts } from '../../drafts/drafts.ts'
import { emailLike, filled } from '../../ui/checks.ts'
import { PasswordField } from '../../ui/fields.tsx'
import { Form } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { EmailField } from './door-fields.tsx'
import { Door } from './door.tsx'
import { returnPath } from './return-path.ts'

/** E-mail and password, then back to where one was. */
export function SignInScreen() {
  const t = useWords()
  const router = useRouter()
  const { to } = useSearch({ from: '/doors/sign-in' })
  const { data: door } = useQuery({ ...doorQuery, retry: false })
  const drafts = t('doors.drafts', { count: countDrafts(localStorage, now()) })
  const form = useForm({
    initial: { email: '', password: '' },
    checks: { email: emailLike, password: filled },
    send: async (values) => {
      await change({ method: 'POST', path: '/session', body: { email: values.email.trim(), password: values.password } })
      cache.clear()
      router.history.push(returnPath(to))
    },
  })
  if (door?.setupNeeded)
    return (
      <Door title={t('setup.title')} heading={t('setup.needLink')}>
        <p>{t('setup.needLinkLead')}</p>
      </Door>
    )
  return (
    <Door title={t('doors.title.signIn')} heading={t('doors.signIn')}>
      {door?.demo && <p className="door-note">{t.rich('signedOut.lead', { code: (chunks) => <code>{chunks}</code> })}</p>}
      {to !== undefined && <p>{t('doors.returning')}</p>}
      {drafts !== '' && <p>{drafts}</p>}
      <Form form={form} action={t('doors.signIn')} button="btn fill big">
        <EmailField field={form.field('email')} autoFocus />
        <PasswordField
          label={t('doors.password')}
          autoComplete="current-password"
          {...form.field('password')}
          aside={
            <Link className="link small" to="/reset">
              {t('doors.forgot')}
            </Link>
          }
        />
      </Form>
    </Door>
  )
}
