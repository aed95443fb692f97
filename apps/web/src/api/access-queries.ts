import type {
  ApiKeyView,
  DoorState,
  InvitationState,
  InvitationView,
  Profile,
  SessionView,
  SetupState,
  StaffView,
  WorkspaceSettings,
  WorkspaceView,
} from '@answerback/core/access-api'
import type { ReasonList, Targets } from '@answerback/core/settings-api'
import { queryOptions } from '@tanstack/react-query'
import { read } from './call.ts'

type ResetState = { good: true; email: string } | Extract<SetupState, { good: false }>

/** What anybody may know before signing in. */
export const doorQuery = queryOptions({ queryKey: ['door'], queryFn: ({ signal }) => read<DoorState>('/door', signal), staleTime: 0 })

export const profileQuery = queryOptions({ queryKey: ['profile'], queryFn: ({ signal }) => read<Profile>('/profile', signal) })
export const brandQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => read<WorkspaceSettings>('/workspace', signal),
})

// A frame of the live channel says when somebody else changed these.
export const reasonsQuery = queryOptions({ queryKey: ['reasons'], queryFn: ({ signal }) => read<ReasonList>('/reasons', signal) })
export const targetsQuery = queryOptions({ queryKey: ['targets'], queryFn: ({ signal }) => read<Targets>('/targets', signal) })

// Others change these too, and no frame tells of it: asked for again whenever they are looked at.
export const workspacesQuery = queryOptions({ ...items<WorkspaceView>('/workspaces'), staleTime: 60_000 })
export const staffQuery = queryOptions({ ...items<StaffView>('/staff'), staleTime: 0 })
export const invitationsQuery = queryOptions({ ...items<InvitationView>('/invitations'), staleTime: 0 })
export const apiKeysQuery = queryOptions({ ...items<ApiKeyView>('/api-keys'), staleTime: 0 })
export const sessionsQuery = queryOptions({ ...items<SessionView>('/sessions'), staleTime: 0 })

/** Whether a set-up link opens, and if not why. */
export const setupQuery = (token: string) => linkQuery<SetupState>('/setup', token)
export const invitationQuery = (token: string) => linkQuery<InvitationState>('/invitations/accept', token)
export const resetQuery = (token: string) => linkQuery<ResetState>('/password-reset/link', token)

function items<T>(path: string) {
  return {
    queryKey: [path.slice(1)] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await read<{ items: T[] }>(path, signal)).items,
  }
}

function linkQuery<T>(path: string, token: string) {
  return queryOptions({
    queryKey: ['link', path, token] as const,
    queryFn: ({ signal }) => read<T>(`${path}?${new URLSearchParams({ token })}`, signal),
    staleTime: 0,
    gcTime: 0,
  })
}
