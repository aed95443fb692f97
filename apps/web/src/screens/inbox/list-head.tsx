import type { Counts } from '@answerback/core/api'
import { useNavigate } from '@tanstack/react-router'
import { ArrowUpDown, ChevronDown, ListFilter, Search, X } from 'lucide-react'
import { useSuspenseQuery } from '@tanstack/react-query'
import { channelsQuery } from '../../api/queries.ts'
import { runCommand } from '../../keys/handlers.ts'
import { ChannelItems } from '../../ui/channel-menu.tsx'
import { channelOf, platformOf, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { sortOf } from '@answerback/core/list-view'
import { type ListSearch, queryOf, type View } from './views.ts'

type Props = { view: View; search: ListSearch; counts: Counts; total: number | null; snoozed: number }

/** Who waits and how long, in the headline; order and filters below it. */
export function ListHead({ view, search, counts, total, snoozed }: Props) {
  const t = useWords()
  const oldest = useSpanSince(counts.oldestWaitingSince)
  return (
    <header>
      <div className="hs headline">
        <h1 tabIndex={-1}>{t(`list.title.${view}`, { count: total ?? 0 })}</h1>
        {snoozed > 0 && <span className="small ink3 aside">{t('list.ofWhichSnoozed', { count: snoozed })}</span>}
        {view === 'waiting' && counts.oldestWaitingSince !== null && (
          <span className="small ink3 aside">{t('list.oldest', { span: oldest })}</span>
        )}
        <button type="button" className="tb phone-only" aria-label={t('nav.commands')} onClick={() => runCommand('palette')}>
          <Search className="i" aria-hidden="true" />
        </button>
      </div>
      <div className="tools">
        <SortMenu view={view} search={search} />
        <span className="grow" />
        <FilterMenu view={view} search={search} />
      </div>
      <FilterChips view={view} search={search} />
    </header>
  )
}

/** Changes the search of this view and leaves the open thread. */
export function useSearchSetter(view: View): (search: ListSearch) => void {
  const navigate = useNavigate()
  return (search) =>
    void navigate({
      to: '/inbox/{-$view}',
      params: { view: view === 'waiting' ? undefined : view },
      search: { ...search, view: undefined },
    })
}

function SortMenu({ view, search }: { view: View; search: ListSearch }) {
  const t = useWords()
  const setSearch = useSearchSetter(view)
  const sort = sortOf(queryOf(view, search))
  const word = sort === 'waiting' ? t('list.sortWaiting') : t('list.sortNewest')
  return (
    <Menu
      label={t('list.sort')}
      className="btn quiet s"
      labelled
      button={
        <>
          <ArrowUpDown className="i sm phone-only" aria-hidden="true" />
          {word}
          <ChevronDown className="i sm" aria-hidden="true" />
        </>
      }
    >
      <MenuItem checked={sort === 'waiting'} onChoose={() => setSearch({ ...search, sort: 'waiting' })}>
        {t('list.sortWaiting')}
      </MenuItem>
      <MenuItem checked={sort === 'newest'} onChoose={() => setSearch({ ...search, sort: 'newest' })}>
        {t('list.sortNewest')}
      </MenuItem>
    </Menu>
  )
}

function FilterMenu({ view, search }: { view: View; search: ListSearch }) {
  const t = useWords()
  const setSearch = useSearchSetter(view)
  const { data: channels } = useSuspenseQuery(channelsQuery)
  return (
    <Menu label={t('list.filter')} className="ib s" align="end" button={<ListFilter className="i" aria-hidden="true" />}>
      <p>{t('list.filterChannel')}</p>
      <ChannelItems channels={channels} chosen={search.channelId} onChoose={(channelId) => setSearch({ ...search, channelId })} />
      <div role="separator" />
      <p>{t('list.filterDue')}</p>
      <MenuItem checked={search.due === undefined} onChoose={() => setSearch({ ...search, due: undefined })}>
        {t('list.anyTime')}
      </MenuItem>
      <MenuItem checked={search.due === 'late'} onChoose={() => setSearch({ ...search, due: 'late' })}>
        {t('list.late')}
      </MenuItem>
      <MenuItem checked={search.due === 'soon'} onChoose={() => setSearch({ ...search, due: 'soon' })}>
        {t('list.dueSoon')}
      </MenuItem>
      <MenuItem checked={search.liked === true} onChoose={() => setSearch({ ...search, liked: search.liked === true ? undefined : true })}>
        {t('list.liked')}
      </MenuItem>
    </Menu>
  )
}

/** What narrows the list, each with its way out. */
function FilterChips({ view, search }: { view: View; search: ListSearch }) {
  const t = useWords()
  const me = useMe()
  const setSearch = useSearchSetter(view)
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const channel = search.channelId === undefined ? undefined : channelOf(channels, search.channelId)
  const chips: { name: string; without: ListSearch }[] = []
  if (search.channelId !== undefined) {
    chips.push({
      name: channel === undefined ? '…' : `${platformOf(me, channel.platform).name} · ${channel.name}`,
      without: { ...search, channelId: undefined },
    })
  }
  if (search.due !== undefined)
    chips.push({ name: search.due === 'late' ? t('list.late') : t('list.dueSoon'), without: { ...search, due: undefined } })
  if (search.liked === true) chips.push({ name: t('list.liked'), without: { ...search, liked: undefined } })
  if (search.assignee !== undefined && view === 'waiting') {
    const name =
      search.assignee === 'none'
        ? t('queue.nobodyOnIt')
        : search.assignee === 'me'
          ? t('queue.me')
          : (me.staff.find((each) => each.id === search.assignee)?.name ?? '…')
    chips.push({ name, without: { ...search, assignee: undefined } })
  }
  if (chips.length === 0) return null
  return (
    <div className="chips">
      {chips.map(({ name, without }) => (
        <button key={name} type="button" className="chip" aria-label={t('list.removeFilter', { name })} onClick={() => setSearch(without)}>
          {name}
          <X className="i sm" aria-hidden="true" />
        </button>
      ))}
    </div>
  )
}
