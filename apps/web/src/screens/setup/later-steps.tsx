import { mayInvite, roles } from '@answerback/core/permissions'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { channelsQuery, listQuery } from '../../api/queries.ts'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { promiseWords } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import { InviteForm } from '../settings/invite-form.tsx'
import { ConnectStep } from './connect-step.tsx'
import { FirstCommentStep } from './first-comment-step.tsx'
import { noteSettingUp } from './setting-up.ts'
import { Steps } from './steps.tsx'

/** A channel, the first comment, the others. Where one is follows from what is there; what is skipped is skipped until the page is left. */
export function LaterSteps() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const invites = useMay('invitations.write')
  const [passed, setPassed] = useState(1)
  // Connected in another tab, perhaps.
  const { data: channels = me.channels } = useQuery({ ...channelsQuery, refetchInterval: 4_000 })
  const list = useInfiniteQuery(listQuery({ state: 'waiting' }))
  const first = list.data?.pages[0]?.items[0] ?? null
  const at = Math.max(passed + 1, channels.length > 0 ? 3 : 2)
  useEffect(() => noteSettingUp(true), [])
  const finish = () => {
    noteSettingUp(false)
    void navigate({ to: '/inbox/{-$view}', params: { view: undefined } })
  }
  const change = (to: '/settings/profile' | '/settings/brand' | '/settings/channels', what: string) => (
    <Link className="link small" to={to} aria-label={t('setup.changeWhat', { what })}>
      {t('setup.change')}
    </Link>
  )
  const names = [...new Set(channels.map((each) => platformOf(me, each.platform).name))].join(', ')
  return (
    <Steps
      at={at}
      steps={[
        {
          title: t('setup.account.title'),
          question: t('setup.account.question'),
          summary: t('setup.account.summary', { name: me.user.name, email: me.user.email }),
          change: change('/settings/profile', t('setup.account.title')),
        },
        {
          title: t('setup.brand.title'),
          question: t('setup.brand.question'),
          summary: t('setup.brand.summary', {
            name: me.workspace.name,
            timeZone: me.workspace.timeZone,
            target: promiseWords({ seconds: me.workspace.targetSeconds, clock: me.workspace.targetClock }, t),
          }),
          change: change('/settings/brand', t('setup.brand.title')),
        },
        {
          title: t('setup.connect.title'),
          question: t('setup.connect.question'),
          nextLead: t('setup.connect.nextLead'),
          summary: channels.length === 0 ? t('setup.connect.none') : t('setup.connect.summary', { count: channels.length, names }),
          change: change('/settings/channels', t('setup.connect.title')),
          body: <ConnectStep onSkip={() => setPassed(2)} />,
        },
        {
          title: t('setup.first.title'),
          question: first === null ? t('setup.first.question') : t('setup.first.here'),
          nextLead: t('setup.first.nextLead'),
          summary: first === null ? t('setup.first.notYet') : t('setup.first.summary', { name: nameOf(first.contact, t) }),
          body: <FirstCommentStep channels={channels} first={first} onDone={() => setPassed(3)} />,
        },
        {
          title: t('setup.invite.title'),
          question: t('setup.invite.question'),
          nextLead: t('setup.invite.nextLead'),
          body: (
            <>
              <p className="ink2">{t('setup.invite.lead')}</p>
              {invites && <InviteForm roles={roles.filter((role) => mayInvite(me.role, role))} />}
              <p className="su-done">
                <button type="button" className="btn big" onClick={finish}>
                  {t('setup.invite.done')}
                </button>
              </p>
            </>
          ),
        },
      ]}
    />
  )
}
