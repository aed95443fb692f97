import type { SearchPage, SearchQuery } from '@answerback/core/search-api'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { read } from './call.ts'

/** What is found, page by page. Frames of what changed reach it by its key (live/connect); what came since is asked for when it is shown again. */
export function foundQuery(query: SearchQuery) {
  return infiniteQueryOptions({
    queryKey: ['search', query] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<SearchPage> => {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
      if (pageParam !== null) search.set('cursor', pageParam)
      return read<SearchPage>(`/search?${search.toString()}`, signal)
    },
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 10_000,
  })
}
