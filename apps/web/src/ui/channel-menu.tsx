import type { Channel } from '@answerback/core/api'
import { useWords } from '../words/words.tsx'
import { Glyph } from './glyph.tsx'
import { channelOf, platformOf, useMe } from './me.tsx'
import { Menu, MenuChoice, MenuItem } from './menu.tsx'

type Choosing = {
  channels: Channel[]
  /** The channel's id; undefined is all of them. */
  chosen: string | undefined
  onChoose(channelId: string | undefined): void
}

/** A button that says which channel is chosen, and a menu to choose another or all. */
export function ChannelMenu(choosing: Choosing) {
  const t = useWords()
  const me = useMe()
  const channel = choosing.chosen === undefined ? undefined : channelOf(choosing.channels, choosing.chosen)
  const text = channel === undefined ? t('list.allChannels') : platformOf(me, channel.platform).name
  return (
    <Menu label={t('list.filterChannel')} labelled className="btn quiet s" button={<MenuChoice text={text} />}>
      <ChannelItems {...choosing} />
    </Menu>
  )
}

/** All channels, then each, for a menu that may hold more. */
export function ChannelItems({ channels, chosen, onChoose }: Choosing) {
  const t = useWords()
  const me = useMe()
  return (
    <>
      <MenuItem checked={chosen === undefined} onChoose={() => onChoose(undefined)}>
        {t('list.allChannels')}
      </MenuItem>
      {channels.map((each) => (
        <MenuItem
          key={each.id}
          checked={each.id === chosen}
          icon={<Glyph platform={each.platform} />}
          hint={each.name}
          onChoose={() => onChoose(each.id)}
        >
          {platformOf(me, each.platform).name}
        </MenuItem>
      ))}
    </>
  )
}
