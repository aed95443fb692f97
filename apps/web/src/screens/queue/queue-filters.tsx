import type { Channel } from '@answerback/core/api'
import { useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { Avatar } from '../../ui/avatar.tsx'
import { ChannelMenu } from '../../ui/channel-menu.tsx'
import { channelOf, useMe } from '../../ui/me.tsx'
import { Menu, MenuChoice, MenuItem } from '../../ui/menu.tsx'
import { promiseWords } from '../../words/spans.ts'
import { useWords, type Words } from '../../words/words.tsx'
import type { QueueSearch } from './queue-search.ts'

/** By channel and by who has it; both live in the address. */
export function QueueFilters({ search, channels }: { search: QueueSearch; channels: Channel[] }) {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const set = (next: QueueSearch) => void navigate({ to: '/queue', search: next })
  const channel = search.channelId === undefined ? undefined : channelOf(channels, search.channelId)
  const people = [
    { id: 'none', name: t('queue.nobodyOnIt') },
    { id: 'me', name: t('queue.me') },
    ...me.staff.filter((each) => each.id !== me.user.id && each.role !== 'client'),
  ]
  const person = people.find((each) => each.id === search.assignee)
  return (
    <div className="hs filters" role="group" aria-label={t('queue.filters')}>
      <ChannelMenu channels={channels} chosen={search.channelId} onChoose={(channelId) => set({ ...search, channelId })} />
      <Menu label={t('queue.col.with')} labelled className="btn quiet s" button={<MenuChoice text={person?.name ?? t('queue.anyone')} />}>
        <MenuItem checked={person === undefined} onChoose={() => set({ ...search, assignee: undefined })}>
          {t('queue.anyone')}
        </MenuItem>
        {people.map((each) => (
          <MenuItem
            key={each.id}
            checked={each.id === search.assignee}
            icon={<Avatar name={each.id === 'none' ? null : each.name} size="s" />}
            onChoose={() => set({ ...search, assignee: each.id })}
          >
            {each.name}
          </MenuItem>
        ))}
      </Menu>
      {(search.due !== undefined || search.liked) && (
        <button type="button" className="btn quiet s" onClick={() => set({ ...search, due: undefined, liked: undefined })}>
          {search.liked ? t('list.liked') : search.due === 'late' ? t('list.late') : t('list.dueSoon')}
          <X className="i sm" aria-hidden="true" />
        </button>
      )}
      <span className="grow" />
      <span className="meta wide-only">{targetWords(channel === undefined ? channels : [channel], t)}</span>
    </div>
  )
}

/** What is promised to whom is shown; by channel where they differ. */
function targetWords(channels: Channel[], t: Words): string {
  const said = [...new Set(channels.map(({ target }) => promiseWords(target, t)))]
  return said.length === 1 ? t('queue.target', { target: said[0]! }) : said.length === 0 ? '' : t('queue.targetByChannel')
}
