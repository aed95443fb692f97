import type { InvitationMade } from '@answerback/core/access-api'
import type { Role } from '@answerback/core/permissions'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { doorQuery, invitationsQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { fullWhen } from '../../clock/instants.ts'
import { emailLike } from '../../ui/checks.ts'
import { CopyField } from '../../ui/copy-field.tsx'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { Form } from '../../ui/form.tsx'
import { useMe } from '../../ui/me.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useWords } from '../../words/words.tsx'
import { RoleOptions } from './role-options.tsx'

/** An address and a role (one of `roles`); then the link, shown this once. */
export function InviteForm({ roles }: { roles: readonly Role[] }) {
  const t = useWords()
  const me = useMe()
  const { data: door } = useQuery({ ...doorQuery, retry: false })
  const [made, setMade] = useState<(InvitationMade & { email: string }) | null>(null)
  const form = useForm({
    initial: { email: '', role: roles.includes('manager') ? 'manager' : (roles[0] ?? 'client') },
    checks: { email: emailLike },
    send: async ({ email, role }) => {
      const body = { email: email.trim(), role }
      setMade({ ...(await change<InvitationMade>({ method: 'POST', path: '/invitations', body })), email: body.email })
      void cache.invalidateQueries({ queryKey: invitationsQuery.queryKey })
      form.reset()
    },
  })
  const role = form.field('role')
  if (made !== null)
    return (
      <div className="form narrow">
        <p className="ink2" role="status">
          {t('settings.inviteMade', {
            mailed: made.mailed ? 'yes' : 'no',
            email: made.email,
            time: fullWhen(made.expiresAt, me.workspace.timeZone),
          })}
        </p>
        <CopyField label={t('settings.inviteLink', { email: made.email })} value={made.url} />
        <div className="acts">
          <button type="button" className="btn" onClick={() => setMade(null)}>
            {t('settings.inviteAnother')}
          </button>
        </div>
      </div>
    )
  return (
    <Form form={form} action={t('settings.invite')} className="narrow">
      <p className="ink2">{t('settings.inviteLead', { mail: door?.mail ? 'yes' : 'no' })}</p>
      <TextField label={t('settings.inviteEmail')} type="email" inputMode="email" autoComplete="off" dir="ltr" {...form.field('email')} />
      <SelectField label={t('settings.inviteRole')} {...role} hint={t(`doors.roleMeans.${role.value as Role}`)}>
        <RoleOptions roles={roles} />
      </SelectField>
    </Form>
  )
}
