import type { Channel } from '@answerback/core/api'
import { ChannelMenu } from '../../ui/channel-menu.tsx'
import { Menu, MenuChoice, MenuItem } from '../../ui/menu.tsx'
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
  const nameOf = (state: (typeof states)[number]) =>
    state === 'waiting' || state === 'snoozed' ? t(`nav.${state}`) : t(`thread.state.${state}`)
  return (
    <div className="hs filters" role="group" aria-label={t('search.filters')}>
      <ChannelMenu channels={channels} chosen={search.channelId} onChoose={(channelId) => onChange({ ...search, channelId })} />
      <Menu
        label={t('search.state')}
        labelled
        className="btn quiet s"
        button={<MenuChoice text={search.state === undefined ? t('search.anyState') : nameOf(search.state)} />}
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
