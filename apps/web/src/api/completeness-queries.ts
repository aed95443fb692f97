import type { ChannelCompleteness, PostCompleteness } from '@answerback/core/completeness-api'
import { queryOptions } from '@tanstack/react-query'
import { read } from './call.ts'

/** Moves with every count, so it is asked for again. */
const everyMs = 10_000

export const completenessQuery = queryOptions({
  queryKey: ['completeness'],
  queryFn: async ({ signal }) => (await read<{ items: ChannelCompleteness[] }>('/completeness', signal)).items,
  refetchInterval: everyMs,
})

export function postsCompletenessQuery(channelId: string) {
  return queryOptions({
    queryKey: ['completeness', channelId] as const,
    queryFn: async ({ signal }) => (await read<{ items: PostCompleteness[] }>(`/channels/${channelId}/completeness`, signal)).items,
    refetchInterval: everyMs,
  })
}
