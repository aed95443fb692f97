import { Outlet, useNavigate } from '@tanstack/react-router'
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
  const goTo = (view?: string) => () => void navigate({ to: '/inbox/{-$view}', params: { view } })
  useCommandHandlers(
    {
      palette: () => setOpen((now) => (now === 'palette' ? null : 'palette')),
      cheatSheet: () => setOpen('keys'),
      theme: flipTheme,
      undo: () => void (undoLatest() || showToast({ text: t('toast.nothingToUndo') })),
      goInbox: goTo(),
      goMine: goTo('mine'),
      goUnassigned: goTo('unassigned'),
      goSnoozed: goTo('snoozed'),
      goAnswered: goTo('answered'),
      goClosed: goTo('closed'),
      goFailed: goTo('failed'),
      goQueue: () => void navigate({ to: '/queue' }),
      goChannels: () => void navigate({ to: '/channels' }),
      ...(seesDeliveries ? { goDeliveries: () => void navigate({ to: '/deliveries' }) } : {}),
    },
    true,
  )
  return (
    <div className="app">
      <a className="skip" href="#list">
        {t('app.skipToList')}
      </a>
      <a className="skip" href="#thread">
        {t('app.skipToThread')}
      </a>
      <Sidebar />
      <div className="content">
        <Bars />
        <Suspense>
          <Outlet />
        </Suspense>
      </div>
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
