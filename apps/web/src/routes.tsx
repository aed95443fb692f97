import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet, redirect } from '@tanstack/react-router'
import { Suspense } from 'react'
import { readDoorSearch } from './screens/doors/return-path.ts'
import { Root } from './screens/frame/root.tsx'
import { InboxScreen } from './screens/inbox/inbox-screen.tsx'
import { NothingOpen } from './screens/inbox/nothing-open.tsx'
import { readSearch } from './screens/inbox/views.ts'
import { readQueueSearch } from './screens/queue/queue-search.ts'
import { readFoundSearch } from './screens/search/found-search.ts'
import { readChannelsSearch } from './screens/settings/channels/channels-search.ts'
import { useWords, WordsProvider } from './words/words.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

/** What stands before the inbox, open to whoever comes. */
const doors = createRoute({
  getParentRoute: () => root,
  id: 'doors',
  component: lazyRouteComponent(() => import('./screens/doors/doors.tsx'), 'Doors'),
})
const setup = createRoute({
  getParentRoute: () => doors,
  path: '/setup',
  validateSearch: readDoorSearch,
  component: lazyRouteComponent(() => import('./screens/setup/setup-screen.tsx'), 'SetupScreen'),
})
const signIn = createRoute({
  getParentRoute: () => doors,
  path: '/sign-in',
  validateSearch: readDoorSearch,
  component: lazyRouteComponent(() => import('./screens/doors/sign-in-screen.tsx'), 'SignInScreen'),
})
const reset = createRoute({
  getParentRoute: () => doors,
  path: '/reset',
  validateSearch: readDoorSearch,
  component: lazyRouteComponent(() => import('./screens/doors/reset-screen.tsx'), 'ResetScreen'),
})
const invitation = createRoute({
  getParentRoute: () => doors,
  path: '/invitation',
  validateSearch: readDoorSearch,
  component: lazyRouteComponent(() => import('./screens/doors/invitation-screen.tsx'), 'InvitationScreen'),
})

/** What only those see who are signed in. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Root })
const index = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox/{-$view}', params: { view: undefined }, replace: true })
  },
})
const inboxLayout = createRoute({ getParentRoute: () => inside, id: 'inbox-layout', validateSearch: readSearch, component: InboxScreen })
const inbox = createRoute({ getParentRoute: () => inboxLayout, path: '/inbox/{-$view}', component: NothingOpen })
const ThreadPane = lazyRouteComponent(() => import('./screens/thread/thread-pane.tsx'), 'ThreadPane')
const thread = createRoute({ getParentRoute: () => inboxLayout, path: '/c/$conversationId', component: ThreadPane })
const queue = createRoute({
  getParentRoute: () => inside,
  path: '/queue',
  validateSearch: readQueueSearch,
  component: lazyRouteComponent(() => import('./screens/queue/queue-screen.tsx'), 'QueueScreen'),
})
const search = createRoute({
  getParentRoute: () => inside,
  path: '/search',
  validateSearch: readFoundSearch,
  component: lazyRouteComponent(() => import('./screens/search/search-screen.tsx'), 'SearchScreen'),
})
const deliveries = createRoute({
  getParentRoute: () => inside,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./screens/deliveries/deliveries-screen.tsx'), 'DeliveriesScreen'),
})
const channels = createRoute({
  getParentRoute: () => inside,
  path: '/channels',
  component: lazyRouteComponent(() => import('./screens/channels/channels-screen.tsx'), 'ChannelsScreen'),
})
const completeness = createRoute({
  getParentRoute: () => inside,
  path: '/completeness',
  component: lazyRouteComponent(() => import('./screens/completeness/completeness-screen.tsx'), 'CompletenessScreen'),
})
const settings = createRoute({
  getParentRoute: () => inside,
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
const brandSettings = createRoute({
  getParentRoute: () => settings,
  path: '/brand',
  component: lazyRouteComponent(() => import('./screens/settings/brand-settings.tsx'), 'BrandSettings'),
})
const peopleSettings = createRoute({
  getParentRoute: () => settings,
  path: '/people',
  component: lazyRouteComponent(() => import('./screens/settings/people-settings.tsx'), 'PeopleSettings'),
})
const apiKeysSettings = createRoute({
  getParentRoute: () => settings,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./screens/settings/api-keys-settings.tsx'), 'ApiKeysSettings'),
})
const sessionsSettings = createRoute({
  getParentRoute: () => settings,
  path: '/sessions',
  component: lazyRouteComponent(() => import('./screens/settings/sessions-settings.tsx'), 'SessionsSettings'),
})
const reasonsSettings = createRoute({
  getParentRoute: () => settings,
  path: '/reasons',
  component: lazyRouteComponent(() => import('./screens/settings/reasons/reasons-settings.tsx'), 'ReasonsSettings'),
})
const targetsSettings = createRoute({
  getParentRoute: () => settings,
  path: '/targets',
  component: lazyRouteComponent(() => import('./screens/settings/hours/targets-settings.tsx'), 'TargetsSettings'),
})
const hoursSettings = createRoute({
  getParentRoute: () => settings,
  path: '/hours',
  component: lazyRouteComponent(() => import('./screens/settings/hours/hours-settings.tsx'), 'HoursSettings'),
})
const channelsSettings = createRoute({
  getParentRoute: () => settings,
  path: '/channels',
  validateSearch: readChannelsSearch,
  component: lazyRouteComponent(() => import('./screens/settings/channels/channels-settings.tsx'), 'ChannelsSettings'),
})

/** Any other address, said within the frame. */
const nothingHere = createRoute({ getParentRoute: () => inside, path: '$', component: NotFound })

/** Every view is an address; filters live in its search. */
export const router = createRouter({
  routeTree: root.addChildren([
    doors.addChildren([setup, signIn, reset, invitation]),
    inside.addChildren([
      index,
      inboxLayout.addChildren([inbox, thread]),
      search,
      queue,
      deliveries,
      channels,
      completeness,
      settings.addChildren([
        settingsIndex,
        profileSettings,
        brandSettings,
        peopleSettings,
        reasonsSettings,
        targetsSettings,
        hoursSettings,
        channelsSettings,
        apiKeysSettings,
        sessionsSettings,
      ]),
      nothingHere,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMinMs: 0,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function Shell() {
  return (
    <WordsProvider>
      <Suspense>
        <Outlet />
      </Suspense>
    </WordsProvider>
  )
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
