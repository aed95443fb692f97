import type { Channel } from '@answerback/core/api'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useMatchRoute, useSearch } from '@tanstack/react-router'
import { Command, Globe, Hourglass, Inbox, PackageOpen, Plug, Search, Settings } from 'lucide-react'
import { channelsQuery, countsQuery } from '../../api/queries.ts'
import { runCommand } from '../../keys/handlers.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { Menu } from '../../ui/menu.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { BrandMark } from './brand-mark.tsx'
import { HealthMark } from './health-mark.tsx'
import { useHealthWords } from './health-words.ts'
import { UserMenuItems } from './user-menu.tsx'
import { isView } from '../inbox/views.ts'

/** Where one can go, how many wait there, and whether the channels deliver. */
export function Sidebar() {
  const t = useWords()
  const me = useMe()
  const { data: counts } = useQuery({ ...countsQuery, initialData: me.counts })
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const seesDeliveries = useMay('deliveries.read')
  const view = useCurrentView()
  const subs = [
    ['waiting', counts.waiting],
    ['mine', counts.byAssignee[me.user.id] ?? 0],
    ['unassigned', counts.unassigned],
    ['snoozed', counts.snoozed],
    ['answered', null],
    ...(counts.failed > 0 || view === 'failed' ? ([['failed', counts.failed]] as const) : []),
    ...(view === 'closed' ? ([['closed', null]] as const) : []),
  ] as const
  return (
    <nav className="side" aria-label={t('nav.main')}>
      <div className="brand">
        <BrandMark />
        <span className="ell">{me.workspace.name}</span>
        <button type="button" className="ib s end" aria-label={t('nav.commands')} onClick={() => runCommand('palette')}>
          <Command className="i" aria-hidden="true" />
        </button>
      </div>
      <Link className="nav open" to="/inbox/{-$view}" params={{ view: undefined }}>
        <Inbox className="i" aria-hidden="true" />
        {t('nav.inbox')}
      </Link>
      <div className="subs">
        {subs.map(([name, count]) => (
          <Link
            key={name}
            className="nav sub"
            to="/inbox/{-$view}"
            params={{ view: name === 'waiting' ? undefined : name }}
            activeOptions={{ exact: true }}
            aria-current={view === name ? 'page' : undefined}
          >
            {t(`nav.${name}`)}
            {count !== null && count > 0 && <span className={name === 'failed' ? 'n err' : 'n'}>{count}</span>}
          </Link>
        ))}
      </div>
      <Link className="nav" to="/search">
        <Search className="i" aria-hidden="true" />
        <span className="ell">{t('nav.search')}</span>
      </Link>
      <Link className="nav" to="/queue">
        <Hourglass className="i" aria-hidden="true" />
        <span className="ell">{t('nav.unanswered')}</span>
      </Link>
      <Link className="nav" to="/channels">
        <Plug className="i" aria-hidden="true" />
        <span className="ell">{t('nav.channels')}</span>
      </Link>
      {seesDeliveries && (
        <Link className="nav" to="/deliveries">
          <PackageOpen className="i" aria-hidden="true" />
          <span className="ell">{t('nav.deliveries')}</span>
        </Link>
      )}
      {channels.length > 0 && <h2>{t('nav.channelHealth')}</h2>}
      {channels.map((channel) => (
        <ChannelLink key={channel.id} channel={channel} />
      ))}
      {me.demo !== null && (
        <a className="nav ch demo" href={me.demo.sandboxUrl} target="_blank" rel="noopener noreferrer">
          <Globe className="i sm" aria-hidden="true" />
          <span className="ell">{t('nav.demo')}</span>
        </a>
      )}
      <div className="foot">
        <Menu
          label={t('nav.yourMenu')}
          labelled
          className="user"
          above
          button={
            <>
              <Avatar name={me.user.name} us size="s" />
              <span className="grow ell" title={t(`role.${me.role}`)}>
                {me.user.name}
                <span className="sr">{t('nav.yourMenu')}</span>
              </span>
            </>
          }
        >
          <UserMenuItems />
        </Menu>
        <Link className="ib s" to="/settings" aria-label={t('nav.settings')} title={t('nav.settings')}>
          <Settings className="i" aria-hidden="true" />
        </Link>
      </div>
    </nav>
  )
}

/** A channel with its health: the shape, how late things come when that is a minute or more, and all of it in words on hover. */
function ChannelLink({ channel }: { channel: Channel }) {
  const t = useWords()
  const me = useMe()
  const words = useHealthWords(channel)
  const { lagMs } = channel.health
  return (
    <Link
      className="nav ch"
      to="/inbox/{-$view}"
      params={{ view: undefined }}
      search={{ channelId: channel.id }}
      activeOptions={{ exact: true, includeSearch: true }}
      title={`${channel.name}: ${t(`health.${channel.state}`)} · ${words}`}
    >
      <Glyph platform={channel.platform} />
      <span className="ell">{platformOf(me, channel.platform).name}</span>
      <span className="n">
        {channel.state === 'no_delivery_yet' && <span aria-hidden="true">{t('health.polled')}</span>}
        {channel.state === 'healthy' && lagMs !== null && lagMs >= 60_000 && shortSpan(t, lagMs)} <HealthMark channel={channel} />
      </span>
    </Link>
  )
}

/** The view that the list shows, whether or not a thread is open over it; null away from the inbox. */
function useCurrentView(): string | null {
  const match = useMatchRoute()
  const search = useSearch({ strict: false })
  const inbox = match({ to: '/inbox/{-$view}' })
  if (inbox !== false) return isView(inbox.view) ? inbox.view : 'waiting'
  return match({ to: '/c/$conversationId' }) === false ? null : (search.view ?? 'waiting')
}
