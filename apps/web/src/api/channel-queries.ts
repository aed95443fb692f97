import type { Delivery } from '@answerback/core/api'
import type { Authorization, ChannelFeedView, ChannelWebhook, PlatformAppView, PlatformGuide } from '@answerback/core/connect-api'
import { queryOptions } from '@tanstack/react-query'
import { ApiProblem, read } from './call.ts'

/** What can be connected, and what it takes. Owners only. */
export const platformsQuery = queryOptions({
  queryKey: ['platforms'],
  queryFn: async ({ signal }) => (await read<{ items: PlatformGuide[] }>('/platforms', signal)).items,
})

export const platformAppsQuery = queryOptions({
  queryKey: ['platform-apps'],
  queryFn: async ({ signal }) => (await read<{ items: PlatformAppView[] }>('/platform-apps', signal)).items,
  staleTime: 0,
})

/** The newest deliveries of one channel, read or not. */
export function channelDeliveriesQuery(channelId: string) {
  return queryOptions({
    queryKey: ['deliveries', 'of', channelId] as const,
    queryFn: async ({ signal }) => (await read<{ items: Delivery[] }>(`/deliveries?channelId=${channelId}&limit=20`, signal)).items,
    staleTime: 0,
    refetchInterval: 10_000,
  })
}

/** Where a channel's own webhooks come in, and what to enter there. Owners only. */
export function channelWebhookQuery(channelId: string) {
  return queryOptions({
    queryKey: ['channel-webhook', channelId] as const,
    queryFn: ({ signal }) => read<ChannelWebhook>(`/channels/${channelId}/webhook`, signal),
    staleTime: 0,
  })
}

/** The feed in which a channel's posts appear; null where it has none. Owners only. */
export function channelFeedQuery(channelId: string) {
  return queryOptions({
    queryKey: ['channel-feed', channelId] as const,
    queryFn: ({ signal }) =>
      read<ChannelFeedView>(`/channels/${channelId}/feed`, signal).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === 'not_found') return null
        throw error
      }),
    staleTime: 0,
    refetchInterval: 30_000,
  })
}

/** A way to a platform and back: how it went, and what there is to choose. */
export function authorizationQuery(id: string) {
  return queryOptions({
    queryKey: ['authorization', id] as const,
    queryFn: ({ signal }) => read<Authorization>(`/authorizations/${id}`, signal),
    staleTime: 0,
    retry: false,
  })
}
