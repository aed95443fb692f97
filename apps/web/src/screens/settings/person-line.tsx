import type { StaffView } from '@answerback/core/access-api'
import { type Role, roles } from '@answerback/core/permissions'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { staffQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache, meQuery } from '../../api/queries.ts'
import { fullWhen } from '../../clock/instants.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useMay, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { showToast } from '../../ui/toasts.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { ConfirmByName } from './confirm-by-name.tsx'
import { RoleOptions } from './role-options.tsx'
import { SavedMark } from './saved-fields.tsx'
import { useAutosave } from './use-autosave.ts'

/** One member: who, when last seen, and for owners their role and the way out. */
export function PersonLine({ person }: { person: StaffView }) {
  const t = useWords()
  const me = useMe()
  const manages = useMay('staff.write')
  const seen = useSpanSince(person.lastSeenAt)
  const [removing, setRemoving] = useState(false)
  const [link, setLink] = useState<{ url: string; expiresAt: string } | null>(null)
  const isMe = person.id === me.user.id

  async function makeLink(): Promise<void> {
    try {
      setLink(await change({ method: 'POST', path: `/staff/${person.id}/password-reset` }))
    } catch (error) {
      showToast({ text: problemWords(error, t), alert: true })
    }
  }
  async function remove(): Promise<void> {
    await change({ method: 'DELETE', path: `/staff/${person.id}` })
    showToast({ text: t('settings.removed', { name: person.name }) })
    await refreshStaff()
  }
  return (
    <li className="line-item">
      <Avatar name={person.name} us={isMe} />
      <div className="grow">
        <p className="hs">
          <bdi className="med ell">{person.name}</bdi>
          {isMe && <span className="chip">{t('settings.you')}</span>}
        </p>
        <p className="meta">
          {[
            ...(person.email === null ? [] : [person.email]),
            person.lastSeenAt === null ? t('settings.neverSeen') : t('settings.lastSeen', { span: seen }),
          ].join(' · ')}
        </p>
      </div>
      {manages && !isMe ? <RoleChoice person={person} /> : <span className="small ink2">{t(`role.${person.role}`)}</span>}
      {manages && !isMe && (
        <Menu
          label={t('settings.moreFor', { name: person.name })}
          className="ib"
          align="end"
          button={<Ellipsis className="i" aria-hidden="true" />}
        >
          <MenuItem onChoose={() => void makeLink()}>{t('settings.makeResetLink')}</MenuItem>
          <MenuItem onChoose={() => setRemoving(true)}>{t('settings.removePerson')}</MenuItem>
        </Menu>
      )}
      {removing && (
        <ConfirmByName
          title={t('settings.removeTitle', { name: person.name })}
          lead={t('settings.removeLead')}
          name={person.name}
          action={t('settings.remove')}
          onConfirm={remove}
          onClose={() => setRemoving(false)}
        />
      )}
      {link !== null && (
        <Dialog label={t('settings.resetLinkFor', { name: person.name })} onClose={() => setLink(null)} className="dialog sheet">
          <div className="inner form">
            <h1>{t('settings.resetLinkFor', { name: person.name })}</h1>
            <p className="ink2">{t('settings.resetLinkLead', { time: fullWhen(link.expiresAt, me.workspace.timeZone) })}</p>
            <CopyField label={t('settings.resetLinkFor', { name: person.name })} value={link.url} />
            <div className="foot">
              <button type="button" className="btn" data-first onClick={() => setLink(null)}>
                {t('app.close')}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </li>
  )
}

function RoleChoice({ person }: { person: StaffView }) {
  const t = useWords()
  const field = useAutosave({
    kept: person.role,
    name: 'role',
    save: async (role) => {
      await change({ method: 'PATCH', path: `/staff/${person.id}`, body: { role: role as Role } })
      await refreshStaff()
    },
  })
  return (
    <div className="role-choice field">
      <select
        aria-label={t('settings.roleOf', { name: person.name })}
        aria-invalid={field.error === null ? undefined : true}
        value={field.value}
        onChange={(event) => field.commit(event.currentTarget.value)}
      >
        <RoleOptions roles={roles} />
      </select>
      <SavedMark saving={field.saving} />
      {field.error !== null && (
        <p className="err" role="alert">
          {field.error}
        </p>
      )}
    </div>
  )
}

/** The list, and the names that every screen takes from `/me`. */
async function refreshStaff(): Promise<void> {
  void cache.invalidateQueries({ queryKey: meQuery.queryKey })
  await cache.invalidateQueries({ queryKey: staffQuery.queryKey })
}
