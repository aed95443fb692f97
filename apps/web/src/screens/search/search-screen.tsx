import { isEnough, readWanted } from '@answerback/core/search-words'
import { keepPreviousData, useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { channelsQuery } from '../../api/queries.ts'
import { foundQuery } from '../../api/search-queries.ts'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useMe } from '../../ui/me.tsx'
import { MoreWords } from '../../words/more-words.tsx'
import { useWords } from '../../words/words.tsx'
import { Advice, FailedSearch, NothingFound } from './answers.tsx'
import type { FoundSearch } from './found-search.ts'
import { Hit } from './hit.tsx'
import { SearchField } from './search-field.tsx'
import { SearchFilters } from './search-filters.tsx'
import '../../style/pages.css'
import '../../style/search.css'

/** So many are looked for unasked; pages may be short where many have to be looked through. */
const enoughHits = 15
const pagesUnasked = 6

/** What was said, by whom, ever: by words, names and handles, newest first. The address says what is looked for. */
export function SearchScreen() {
  const me = useMe()
  return (
    <MoreWords timeZone={me.workspace.timeZone}>
      <Found />
    </MoreWords>
  )
}

function Found() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const { history } = useRouter()
  const search = useSearch({ from: '/inside/search' })
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const { q = '' } = search
  const wanted = useMemo(() => isEnough(readWanted(q)), [q])
  const found = useInfiniteQuery({ ...foundQuery({ ...search, q }), enabled: wanted, placeholderData: keepPreviousData })
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = found
  const hits = useMemo(() => (wanted ? (data?.pages.flatMap((page) => page.items) ?? []) : []), [wanted, data])
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLOListElement>(null)

  useEffect(() => {
    document.title =
      q === '' ? t('search.pageTitle', { name: me.workspace.name }) : t('search.pageTitleFor', { q, name: me.workspace.name })
  }, [t, q, me.workspace.name])
  const shortOf = wanted && hasNextPage && !isFetching && !isError && hits.length < enoughHits && (data?.pages.length ?? 0) < pagesUnasked
  useEffect(() => {
    if (shortOf) void fetchNextPage()
  }, [shortOf, fetchNextPage])

  const ask = (next: FoundSearch) => void navigate({ to: '/search', search: next, replace: true })
  const toField = () => {
    field.current?.focus()
    field.current?.select()
  }
  const step = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a.hit') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLElement)
    if (at === 0 && by === -1) toField()
    else links[at === -1 ? 0 : at + by]?.focus()
  }
  const onArrow = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    step(event.key === 'ArrowDown' ? 1 : -1)
    event.preventDefault()
  }
  useCommandHandlers({
    search: toField,
    back: toField,
    next: () => step(1),
    previous: () => step(-1),
    open: () => (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('a.hit')?.click(),
  })

  const filtered = search.state !== undefined || search.channelId !== undefined
  const looking = wanted && isFetching && (hits.length === 0 || found.isPlaceholderData)
  return (
    <section className="page search">
      <header className="phead">
        <h1 tabIndex={-1} className="sr">
          {t('search.title')}
        </h1>
        <SearchField
          q={q}
          field={field}
          onAsk={(text) => ask({ ...search, q: text.trim() === '' ? undefined : text })}
          onEnter={() => step(1)}
          onLeave={() => (history.canGoBack() ? history.back() : void navigate({ to: '/inbox/{-$view}', params: { view: undefined } }))}
        />
      </header>
      <div className="wrap">
        <div className="hs head">
          <SearchFilters search={search} channels={channels} onChange={ask} />
          <p className="meta" role="status">
            {looking
              ? t('search.looking')
              : q !== '' && !wanted
                ? t('search.tooLittle')
                : hits.length > 0
                  ? t('search.found', { count: hits.length, more: hasNextPage ? 'yes' : 'no' })
                  : ''}
          </p>
        </div>
        {!wanted ? (
          <Advice />
        ) : hits.length > 0 ? (
          <>
            <ol className="hits" ref={list} aria-label={t('search.results')} aria-busy={isFetching} onKeyDown={onArrow}>
              {hits.map((hit) => (
                <Hit key={hit.conversation.id} hit={hit} q={q} />
              ))}
            </ol>
            {hasNextPage ? (
              <button type="button" className="btn s" disabled={isFetching} onClick={() => void fetchNextPage()}>
                {isFetching ? t('search.looking') : t('search.more')}
              </button>
            ) : (
              <p className="meta">{t('search.end')}</p>
            )}
          </>
        ) : isError ? (
          <FailedSearch onAgain={() => void found.refetch()} />
        ) : looking || hasNextPage ? (
          <Looking onMore={hasNextPage && !isFetching ? () => void fetchNextPage() : null} />
        ) : (
          <NothingFound q={q} onWithout={filtered ? () => ask({ q }) : null} />
        )}
      </div>
    </section>
  )
}

/** Rows without words while nothing is there yet. */
function Looking({ onMore }: { onMore: (() => void) | null }) {
  const t = useWords()
  if (onMore !== null)
    return (
      <button type="button" className="btn s" onClick={onMore}>
        {t('search.more')}
      </button>
    )
  return (
    <div className="waiting" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  )
}
