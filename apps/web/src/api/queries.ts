import type { Channel, Conversation, Counts, Delivery, ListQuery, Me, QueueSummary } from '@answerback/core/api'
import type { HeldPage } from '../live/apply-frame.ts'
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import { ApiProblem, read } from './call.ts'

/** The one cache of the page. Lists never go stale by age: the live channel keeps them current and says when it cannot. */
export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      // Offline is an answer too: said at once, asked again when the line is back.
      networkMode: 'always',
      refetchOnReconnect: true,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
      retryDelay: (count) => 500 * 2 ** count,
    },
  },
})

/** Who is signed in, and what the page needs before its first paint. */
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => read<Me>('/me', signal) })

export const countsQuery = queryOptions({ queryKey: ['counts'], queryFn: ({ signal }) => read<Counts>('/counts', signal) })

/** Moves with the clock, so it is asked for again every half minute. */
export const queueQuery = queryOptions({
  queryKey: ['queue'],
  queryFn: ({ signal }) => read<QueueSummary>('/queue', signal),
  refetchInterval: 30_000,
})

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }) => itemsOf<Channel>(await read('/channels', signal)),
})

/** A list by keyset pages. Its key holds the query, so the live reducer knows what belongs in it. */
export function listQuery(query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: ['list', query] as const,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<HeldPage> => {
      const page = await read<Omit<HeldPage, 'reach'>>(`/conversations?${searchOf(query, pageParam)}`, signal)
      return { ...page, reach: page.items.at(-1) ?? null }
    },
    getNextPageParam: (page) => page.nextCursor,
  })
}

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: ['conversation', id] as const,
    queryFn: ({ signal }) => read<Conversation>(`/conversations/${id}`, signal),
  })
}

export const deliveriesQuery = queryOptions({
  queryKey: ['deliveries'],
  queryFn: async ({ signal }) => itemsOf<Delivery>(await read('/deliveries?state=quarantined', signal)),
  refetchInterval: 30_000,
})

export function deliveryQuery(id: string) {
  return queryOptions({ queryKey: ['delivery', id] as const, queryFn: ({ signal }) => read<Delivery>(`/deliveries/${id}`, signal) })
}

/** Lists come as `{ items }`; a bare array is taken too. */
function itemsOf<T>(body: unknown): T[] {
  if (Array.isArray(body)) return body as T[]
  return ((body as { items?: T[] } | null)?.items ?? []) as T[]
}

function searchOf(query: ListQuery, cursor: string | null): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value))
  if (cursor !== null) search.set('cursor', cursor)
  return search.toString()
}
