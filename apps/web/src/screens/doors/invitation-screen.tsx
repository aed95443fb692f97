import type { InvitationState } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { invitationQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { chooseWorkspace } from '../../api/workspace-choice.ts'
import { cache } from '../../api/queries.ts'
import { filled, longPassword } from '../../ui/checks.ts'
import { PasswordField, TextField } from '../../ui/fields.tsx'
import { Form, Refused } from '../../ui/form.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { BadLink, NoToken } from './bad-link.tsx'
import { ForAccount, NewPasswordField } from './door-fields.tsx'
import { Door, DoorFailed } from './door.tsx'

type Open = Extract<InvitationState, { good: true }>

/** Who invites, to what, as what; then the least that is needed to join. */
export function InvitationScreen() {
  const t = useWords()
  const { token } = useSearch({ from: '/doors/invitation' })
  const title = t('doors.title.invitation')
  return token === undefined ? <NoToken title={title} /> : <Invitation token={token} title={title} />
}

function Invitation({ token, title }: { token: string; title: string }) {
  const t = useWords()
  const { data: state, isError, refetch } = useQuery(invitationQuery(token))
  if (isError) return <DoorFailed title={title} onAgain={() => void refetch()} />
  if (state === undefined) return null
  if (!state.good) return <BadLink title={title} bad={state} />
  const mine = state.signedInAs !== null && state.signedInAs.toLowerCase() === state.email.toLowerCase()
  return (
    <Door title={title} heading={t('doors.invitedTo', { brand: state.brand })}>
      <p>
        {t.rich('doors.invitedBy', {
          inviter: state.inviter ?? 'none',
          brand: state.brand,
          role: t(`role.${state.role}`),
          b: (chunks) => <b>{chunks}</b>,
        })}
      </p>
      <p>{t(`doors.roleMeans.${state.role}`)}</p>
      {mine ? (
        <JoinAsMyself token={token} email={state.email} />
      ) : state.signedInAs === null ? (
        <JoinForm token={token} state={state} />
      ) : (
        <OtherAccount invited={state.email} email={state.signedInAs} onSignedOut={() => void refetch()} />
      )}
    </Door>
  )
}

function JoinForm({ token, state }: { token: string; state: Open }) {
  const t = useWords()
  const join = useJoin(token)
  const form = useForm({
    initial: { name: '', password: '' },
    checks: state.hasAccount ? { password: filled } : { name: filled, password: longPassword },
    send: ({ name, password }) => join(state.hasAccount ? { password } : { name: name.trim(), password }),
  })
  return (
    <Form form={form} action={t('doors.join')} button="btn fill big">
      <p className="small ink3">{state.hasAccount ? t('doors.hasAccount') : t('doors.joinAs', { email: state.email })}</p>
      <ForAccount email={state.email} />
      {state.hasAccount ? (
        <PasswordField
          label={t('doors.password')}
          autoFocus
          autoComplete="current-password"
          aside={
            <Link className="link small" to="/reset">
              {t('doors.forgot')}
            </Link>
          }
          {...form.field('password')}
        />
      ) : (
        <>
          <TextField label={t('doors.name')} hint={t('doors.nameHint')} autoComplete="name" autoFocus {...form.field('name')} />
          <NewPasswordField label={t('doors.password')} field={form.field('password')} />
        </>
      )}
    </Form>
  )
}

/** Signed in with the invited address: one press. */
function JoinAsMyself({ token, email }: { token: string; email: string }) {
  const t = useWords()
  const join = useJoin(token)
  const form = useForm({ initial: {}, checks: {}, send: () => join({}) })
  return <Form form={form} action={t('doors.joinWith', { email })} button="btn fill big" />
}

function OtherAccount({ invited, email, onSignedOut }: { invited: string; email: string; onSignedOut: () => void }) {
  const t = useWords()
  const [refused, setRefused] = useState<string | null>(null)
  const signOut = () =>
    change({ method: 'DELETE', path: '/session' }).then(onSignedOut, (error: unknown) => setRefused(problemWords(error, t)))
  return (
    <div className="form">
      <p>{t('doors.otherAccount', { email, invited })}</p>
      <Refused words={refused} />
      <div className="acts">
        <button type="button" className="btn big" onClick={() => void signOut()}>
          {t('doors.signOut')}
        </button>
      </div>
    </div>
  )
}

/** Accepts, and shows the inbox of the brand that one joined. */
function useJoin(token: string) {
  const router = useRouter()
  return async (given: { name?: string; password?: string }) => {
    const joined = await change<{ workspaceId: string }>({ method: 'POST', path: '/invitations/accept', body: { token, ...given } })
    chooseWorkspace(joined.workspaceId)
    cache.clear()
    router.history.push('/inbox')
  }
}
