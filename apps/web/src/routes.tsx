import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, redirect } from '@tanstack/react-router'
import { Root } from './screens/frame/root.tsx'
import { InboxScreen } from './screens/inbox/inbox-screen.tsx'
import { NothingOpen } from './screens/inbox/nothing-open.tsx'
import { readSearch } from './screens/inbox/views.ts'
import { readQueueSearch } from './screens/queue/queue-search.ts'
import { ThreadPane } from './screens/thread/thread-pane.tsx'
import { useWords } from './words/words.tsx'

const root = createRootRoute({ component: Root, notFoundComponent: NotFound })
const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox/{-$view}', params: { view: undefined }, replace: true })
  },
})
const inboxLayout = createRoute({ getParentRoute: () => root, id: 'inbox-layout', validateSearch: readSearch, component: InboxScreen })
const inbox = createRoute({ getParentRoute: () => inboxLayout, path: '/inbox/{-$view}', component: NothingOpen })
const thread = createRoute({ getParentRoute: () => inboxLayout, path: '/c/$conversationId', component: ThreadPane })
const queue = createRoute({
  getParentRoute: () => root,
  path: '/queue',
  validateSearch: readQueueSearch,
  component: lazyRouteComponent(() => import('./screens/queue/queue-screen.tsx'), 'QueueScreen'),
})
const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./screens/deliveries/deliveries-screen.tsx'), 'DeliveriesScreen'),
})
const channels = createRoute({
  getParentRoute: () => root,
  path: '/channels',
  component: lazyRouteComponent(() => import('./screens/channels/channels-screen.tsx'), 'ChannelsScreen'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./screens/settings/settings-frame.tsx'), 'SettingsFrame'),
})
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/profile', replace: true })
  },
})
const profileSettings = createRoute({
  getParentRoute: () => settings,
  path: '/profile',
  component: lazyRouteComponent(() => import('./screens/settings/profile-settings.tsx'), 'ProfileSettings'),
})
const channelsSettings = createRoute({
  getParentRoute: () => settings,
  path: '/channels',
  component: lazyRouteComponent(() => import('./screens/settings/channels/channels-settings.tsx'), 'ChannelsSettings'),
})

/** Every view is an address; filters live in its search. */
export const router = createRouter({
  routeTree: root.addChildren([
    index,
    inboxLayout.addChildren([inbox, thread]),
    queue,
    deliveries,
    channels,
    settings.addChildren([settingsIndex, profileSettings, channelsSettings]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMinMs: 0,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function NotFound() {
  const t = useWords()
  return (
    <section className="note-pane">
      <p>{t('app.notFound')}</p>
      <Link className="btn s" to="/inbox/{-$view}" params={{ view: undefined }}>
        {t('app.toInbox')}
      </Link>
    </section>
  )
}
