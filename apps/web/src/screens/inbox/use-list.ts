import type { ConversationRow, ListQuery } from '@answerback/core/api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { listQuery } from '../../api/queries.ts'

const enoughRows = 20

/** A list with its pages joined. Fetches on when what is left on screen has become short. */
export function useList(query: ListQuery) {
  const result = useInfiniteQuery(listQuery(query))
  const { data, hasNextPage, isFetching, fetchNextPage } = result
  const rows = useMemo(() => joined(data?.pages ?? []), [data])
  useEffect(() => {
    if (rows.length < enoughRows && hasNextPage && !isFetching) void fetchNextPage()
  }, [rows.length, hasNextPage, isFetching, fetchNextPage])
  return { ...result, rows }
}

/** One row an id: pages fetched at different times may overlap. */
function joined(pages: { items: ConversationRow[] }[]): ConversationRow[] {
  const seen = new Set<string>()
  return pages.flatMap((page) => page.items).filter((row) => !seen.has(row.id) && seen.add(row.id))
}
