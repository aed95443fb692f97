import { Outlet, useMatchRoute, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { Keys } from '../../keys/key-names.tsx'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useKeyboard } from '../../keys/use-keyboard.ts'
import { useMay } from '../../ui/me.tsx'
import { flipTheme } from '../../ui/theme.ts'
import { showToast, Toasts, undoLatest } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { Announcer } from './announcer.tsx'
import { Bars } from './bars.tsx'
import { Sidebar } from './sidebar.tsx'
import { TabBar } from './tab-bar.tsx'
import { useBrands } from './user-menu.tsx'
import '../../style/frame.css'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const CheatSheet = lazy(() => import('./cheat-sheet.tsx').then(({ CheatSheet }) => ({ default: CheatSheet })))

/** What stays while pages change: navigation, the state of the connection, keys, and what just happened. */
export function Frame() {
  const t = useWords()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null)
  const seesDeliveries = useMay('deliveries.read')
  const pending = useKeyboard()
  useBrands()
  const inThread = useMatchRoute()({ to: '/c/$conversationId' }) !== false
  const goTo = (view?: string) => () => void navigate({ to: '/inbox/{-$view}', params: { view } })
  useCommandHandlers(
    {
      palette: () => setOpen((now) => (now === 'palette' ? null : 'palette')),
      cheatSheet: () => setOpen('keys'),
      theme: flipTheme,
      undo: () => void (undoLatest() || showToast({ text: t('toast.nothingToUndo') })),
      search: () => void navigate({ to: '/search' }),
      goInbox: goTo(),
      goMine: goTo('mine'),
      goUnassigned: goTo('unassigned'),
      goSnoozed: goTo('snoozed'),
      goAnswered: goTo('answered'),
      goClosed: goTo('closed'),
      goFailed: goTo('failed'),
      goQueue: () => void navigate({ to: '/queue' }),
      goChannels: () => void navigate({ to: '/channels' }),
      goSettings: () => void navigate({ to: '/settings' }),
      ...(seesDeliveries ? { goDeliveries: () => void navigate({ to: '/deliveries' }) } : {}),
    },
    true,
  )
  return (
    <div className="app">
      <nav className="skips" aria-label={t('app.skip')}>
        <a className="skip" href="#content">
          {t('app.skipToContent')}
        </a>
        {inThread && (
          <a className="skip" href="#thread">
            {t('app.skipToThread')}
          </a>
        )}
      </nav>
      <Sidebar />
      <main className="content" id="content" tabIndex={-1}>
        <Bars />
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <TabBar />
      <Toasts />
      <Announcer />
      {pending !== null && (
        <p className="key-hint" aria-hidden="true">
          <Keys keys={pending} /> …
        </p>
      )}
      <Suspense>
        {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
        {open === 'keys' && <CheatSheet onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  )
}
