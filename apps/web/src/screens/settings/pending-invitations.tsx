import type { InvitationView } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { invitationsQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { useMe } from '../../ui/me.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { Loaded } from './loaded.tsx'

/** Whoever was invited and has not come yet. */
export function PendingInvitations() {
  const t = useWords()
  const query = useQuery(invitationsQuery)
  return (
    <section className="sec">
      <div className="sechead">
        <h2>{t('settings.pendingTitle')}</h2>
      </div>
      <Loaded query={query}>
        {(invitations) => {
          const open = invitations.filter(({ state }) => state === 'pending' || state === 'expired')
          return open.length === 0 ? (
            <p className="ink3">{t('settings.pendingNone')}</p>
          ) : (
            <ul className="lines">
              {open.map((each) => (
                <InvitationLine key={each.id} invitation={each} />
              ))}
            </ul>
          )
        }}
      </Loaded>
    </section>
  )
}

function InvitationLine({ invitation: { id, email, role, state, expiresAt } }: { invitation: InvitationView }) {
  const t = useWords()
  const me = useMe()
  const until = { role: t(`role.${role}`), time: whenText(expiresAt, now(), me.workspace.timeZone) }
  async function revoke(): Promise<void> {
    try {
      await change({ method: 'DELETE', path: `/invitations/${id}` })
      showToast({ text: t('settings.revoked', { email }) })
    } catch (error) {
      showToast({ text: problemWords(error, t), alert: true })
    }
    await cache.invalidateQueries({ queryKey: invitationsQuery.queryKey })
  }
  return (
    <li className="line-item">
      <div className="grow">
        <p className="med ell">{email}</p>
        <p className="meta">{state === 'pending' ? t('settings.pendingUntil', until) : t('settings.expiredAt', until)}</p>
      </div>
      {state === 'pending' && (
        <button type="button" className="btn s" aria-label={t('settings.revokeInvitation', { email })} onClick={() => void revoke()}>
          {t('settings.revoke')}
        </button>
      )}
    </li>
  )
}
