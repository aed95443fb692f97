import type { Channel } from '@answerback/core/api'
import type { PlatformGuide } from '@answerback/core/connect-api'
import { useQuery } from '@tanstack/react-query'
import { change } from '../../../api/call.ts'
import { platformAppsQuery } from '../../../api/channel-queries.ts'
import { cache, channelsQuery } from '../../../api/queries.ts'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'
import { SavedSelect } from '../saved-fields.tsx'
import { newestOfEach } from './newest-of-each.ts'

/** Which app speaks for a channel: its webhooks are believed, and connecting again goes through it. */
export function ChannelApp({ channel, guide }: { channel: Channel; guide: PlatformGuide }) {
  const t = useWords()
  const query = useQuery(platformAppsQuery)
  // Where no webhooks come by an app it is there to agree with, and that is all.
  const tells = guide.webhookUrl !== null
  const hint = guide.oauth === null ? 'whichAppHint' : tells ? 'whichAppAgreeHint' : 'whichAppOnlyAgreeHint'
  return (
    <section>
      <h2>{t('connecting.app')}</h2>
      <Loaded query={query}>
        {(all) => {
          const apps = all.filter((each) => each.platform === guide.id && (!each.secretLost || each.channelIds.includes(channel.id)))
          const bound = apps.find((each) => each.channelIds.includes(channel.id))
          if (apps.length === 0)
            return <p className="small ink2">{t(`connecting.${tells ? 'appNone' : 'appNoneToAgree'}`, { platform: guide.name })}</p>
          // Of several secrets of one app the channel's own stands for it.
          const choices = newestOfEach(apps).map((each) => (each.appId === bound?.appId ? bound : each))
          return (
            <SavedSelect
              label={t('connecting.whichAppOf', { handle: channel.handle })}
              hint={t(`connecting.${hint}`)}
              name="appId"
              kept={bound?.id ?? ''}
              save={async (appId) => {
                await change({ method: 'PATCH', path: `/channels/${channel.id}`, body: { appId: appId === '' ? null : appId } })
                await cache.invalidateQueries({ queryKey: platformAppsQuery.queryKey })
                await cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
              }}
            >
              {choices.map(({ id, appId }) => (
                <option key={id} value={id}>
                  {t('connecting.appLine', { appId })}
                </option>
              ))}
              <option value="">{t(`connecting.${tells ? 'appNoneChosen' : 'appNoToAgree'}`)}</option>
            </SavedSelect>
          )
        }}
      </Loaded>
    </section>
  )
}
