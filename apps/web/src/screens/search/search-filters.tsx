import type { Channel } from '@answerback/core/api'
import { ChevronDown } from 'lucide-react'
import { Glyph } from '../../ui/glyph.tsx'
import { channelOf, platformOf, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.tsx'
import type { FoundSearch } from './found-search.ts'

const states = ['waiting', 'snoozed', 'answered', 'closed', 'moderated', 'withdrawn'] as const

/** By channel and by how the conversation stands; both live in the address. */
export function SearchFilters({
  search,
  channels,
  onChange,
}: {
  search: FoundSearch
  channels: Channel[]
  onChange: (next: FoundSearch) => void
}) {
  const t = useWords()
  const me = useMe()
  const channel = search.channelId === undefined ? undefined : channelOf(channels, search.channelId)
  const nameOf = (state: (typeof states)[number]) =>
    state === 'waiting' || state === 'snoozed' ? t(`nav.${state}`) : t(`thread.state.${state}`)
  return (
    <div className="hs filters" role="group" aria-label={t('search.filters')}>
      <Menu
        label={t('list.filterChannel')}
        labelled
        className="btn quiet s"
        button={
          <>
            {channel === undefined ? t('queue.allChannels') : platformOf(me, channel.platform).name}
            <ChevronDown className="i sm" aria-hidden="true" />
          </>
        }
      >
        <MenuItem checked={channel === undefined} onChoose={() => onChange({ ...search, channelId: undefined })}>
          {t('queue.allChannels')}
        </MenuItem>
        {channels.map((each) => (
          <MenuItem
            key={each.id}
            checked={each.id === search.channelId}
            icon={<Glyph platform={each.platform} />}
            hint={each.name}
            onChoose={() => onChange({ ...search, channelId: each.id })}
          >
            {platformOf(me, each.platform).name}
          </MenuItem>
        ))}
      </Menu>
      <Menu
        label={t('search.state')}
        labelled
        className="btn quiet s"
        button={
          <>
            {search.state === undefined ? t('search.anyState') : nameOf(search.state)}
            <ChevronDown className="i sm" aria-hidden="true" />
          </>
        }
      >
        <MenuItem checked={search.state === undefined} onChoose={() => onChange({ ...search, state: undefined })}>
          {t('search.anyState')}
        </MenuItem>
        {states.map((state) => (
          <MenuItem key={state} checked={state === search.state} onChoose={() => onChange({ ...search, state })}>
            {nameOf(state)}
          </MenuItem>
        ))}
      </Menu>
    </div>
  )
}
