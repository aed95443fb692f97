import type { Delivery, PlatformAppView, PlatformGuide } from '@answerback/core/api'
import { queryOptions } from '@tanstack/react-query'
import { read } from './call.ts'

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
