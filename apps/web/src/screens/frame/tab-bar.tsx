import { Link, useNavigate } from '@tanstack/react-router'
import { Command, Hourglass, Inbox, Menu as MenuIcon, PackageOpen, Plug, Search } from 'lucide-react'
import { runCommand } from '../../keys/handlers.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.tsx'
import { UserMenuItems } from './user-menu.tsx'

/** Navigation on a phone, where the thumb is. */
export function TabBar() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const seesDeliveries = useMay('deliveries.read')
  return (
    <nav className="tabbar" aria-label={t('nav.main')}>
      <Link to="/inbox/{-$view}" params={{ view: undefined }}>
        <Inbox className="i" aria-hidden="true" />
        {t('nav.inbox')}
      </Link>
      <Link to="/search">
        <Search className="i" aria-hidden="true" />
        {t('nav.search')}
      </Link>
      <Link to="/queue">
        <Hourglass className="i" aria-hidden="true" />
        {t('nav.queue')}
      </Link>
      <Menu
        label={t('nav.more')}
        labelled
        above
        align="end"
        button={
          <>
            <MenuIcon className="i" aria-hidden="true" />
            {t('nav.more')}
          </>
        }
      >
        <p>{t('nav.signedInAs', { name: me.user.name })}</p>
        <MenuItem icon={<Plug className="i" aria-hidden="true" />} onChoose={() => void navigate({ to: '/channels' })}>
          {t('nav.channels')}
        </MenuItem>
        {seesDeliveries && (
          <MenuItem icon={<PackageOpen className="i" aria-hidden="true" />} onChoose={() => void navigate({ to: '/deliveries' })}>
            {t('nav.deliveries')}
          </MenuItem>
        )}
        <MenuItem icon={<Command className="i" aria-hidden="true" />} onChoose={() => runCommand('palette')}>
          {t('nav.commands')}
        </MenuItem>
        <UserMenuItems />
      </Menu>
    </nav>
  )
}
