import { mayInvite, roles } from '@answerback/core/permissions'
import { useQuery } from '@tanstack/react-query'
import { staffQuery } from '../../api/access-queries.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { InviteForm } from './invite-form.tsx'
import { Loaded } from './loaded.tsx'
import { PendingInvitations } from './pending-invitations.tsx'
import { PersonLine } from './person-line.tsx'
import { SettingsPage } from './settings-page.tsx'

/** Who is here and as what, whoever is invited, and the way to invite. */
export function PeopleSettings() {
  const t = useWords()
  const me = useMe()
  const sees = useMay('staff.read')
  const invites = useMay('invitations.write')
  const query = useQuery({ ...staffQuery, enabled: sees })
  if (!sees) return <SettingsPage title={t('settings.people')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.people')} lead={t('settings.peopleLead')}>
      <Loaded query={query}>
        {(staff) => (
          <ul className="lines">
            {staff.map((person) => (
              <PersonLine key={person.id} person={person} />
            ))}
          </ul>
        )}
      </Loaded>
      {invites && (
        <>
          <section className="sec">
            <div className="sechead">
              <h2>{t('settings.inviteTitle')}</h2>
            </div>
            <InviteForm roles={roles.filter((role) => mayInvite(me.role, role))} />
          </section>
          <PendingInvitations />
        </>
      )}
    </SettingsPage>
  )
}
