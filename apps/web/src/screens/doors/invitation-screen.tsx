import type { InvitationState } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { invitationQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { chooseWorkspace } from '../../api/workspace-choice.ts'
import { cache } from '../../api/queries.ts'
import { filled, longPassword, passwordMin } from '../../ui/checks.ts'
import { PasswordField, TextField } from '../../ui/fields.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { BadLink, NoToken } from './bad-link.tsx'
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
    <form className="form" noValidate onSubmit={form.submit}>
      <p className="small ink3">{state.hasAccount ? t('doors.hasAccount') : t('doors.joinAs', { email: state.email })}</p>
      <input className="sr" type="email" autoComplete="username" readOnly tabIndex={-1} aria-hidden="true" value={state.email} />
      {!state.hasAccount && (
        <TextField label={t('doors.name')} hint={t('doors.nameHint')} autoComplete="name" autoFocus {...form.field('name')} />
      )}
      <PasswordField
        label={t('doors.password')}
        autoFocus={state.hasAccount}
        autoComplete={state.hasAccount ? 'current-password' : 'new-password'}
        hint={state.hasAccount ? undefined : t('form.passwordHint', { min: passwordMin })}
        {...form.field('password')}
      />
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill big" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t('doors.join')}
        </button>
      </div>
    </form>
  )
}

/** Signed in with the invited address: one press. */
function JoinAsMyself({ token, email }: { token: string; email: string }) {
  const t = useWords()
  const join = useJoin(token)
  const form = useForm({ initial: {}, checks: {}, send: () => join({}) })
  return (
    <form className="form" onSubmit={form.submit}>
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill big" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t('doors.joinWith', { email })}
        </button>
      </div>
    </form>
  )
}

function OtherAccount({ invited, email, onSignedOut }: { invited: string; email: string; onSignedOut: () => void }) {
  const t = useWords()
  const [refused, setRefused] = useState<string | null>(null)
  const signOut = () =>
    change({ method: 'DELETE', path: '/session' }).then(onSignedOut, (error: unknown) => setRefused(problemWords(error, t)))
  return (
    <div className="form">
      <p>{t('doors.otherAccount', { email, invited })}</p>
      {refused !== null && (
        <p className="err" role="alert">
          {refused}
        </p>
      )}
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
