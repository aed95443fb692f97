import type { PlatformGuide } from '@answerback/core/connect-api'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useEffect } from 'react'
import { platformsQuery } from '../../../api/channel-queries.ts'
import { channelsQuery } from '../../../api/queries.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { useMay } from '../../../ui/me.tsx'
import { showToast } from '../../../ui/toasts.tsx'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { ChannelLine } from './channel-line.tsx'
import type { ChannelsSearch } from './channels-search.ts'
import { ChooseAccounts } from './choose-accounts.tsx'
import { ConnectForm } from './connect-form.tsx'
import { WebhookApps } from './webhook-apps.tsx'
import '../../../style/connecting.css'

/** The connected accounts and how to connect more. What is open stands in the address, so that others can lead here. */
export function ChannelsSettings() {
  const t = useWords()
  const connects = useMay('channels.connect')
  const query = useQuery({ ...platformsQuery, enabled: connects })
  const { data: channels } = useSuspenseQuery({ ...channelsQuery, refetchInterval: 15_000 })
  const search = useSearch({ from: '/inside/settings/channels' })
  const navigate = useNavigate()
  const open = (next: ChannelsSearch) => void navigate({ to: '/settings/channels', search: next, replace: true })
  const back = channels.find((each) => each.id === search.connected)
  useEffect(() => {
    if (back === undefined) return
    // Somebody just came back from a platform: said once, and not again when the page is loaded anew.
    showToast({ text: t('connecting.connected', { handle: back.handle }) })
    void navigate({ to: '/settings/channels', search: {}, replace: true })
  }, [back, navigate, t])
  if (!connects) return <SettingsPage title={t('settings.channels')} lead={t('settings.forbidden')} />
  const chosen = search.connect
  return (
    <SettingsPage
      title={t('settings.channels')}
      lead={t('connecting.lead')}
      action={
        chosen === undefined &&
        search.choose === undefined && (
          <button type="button" className="btn" onClick={() => open({ connect: '' })}>
            <Plus className="i" aria-hidden="true" />
            {t('connecting.add')}
          </button>
        )
      }
    >
      <Loaded query={query}>
        {(platforms) => {
          const guide = platforms.find((each) => each.id === chosen)
          return (
            <>
              {search.choose !== undefined && <ChooseAccounts id={search.choose} platforms={platforms} onClose={() => open({})} />}
              {chosen !== undefined &&
                (guide === undefined ? (
                  <Choose platforms={platforms} onChoose={(connect) => open({ connect })} onClose={() => open({})} />
                ) : (
                  <ConnectForm key={guide.id} guide={guide} failed={search.failed} onClose={() => open({})} />
                ))}
              {channels.length === 0 && chosen === undefined && search.choose === undefined && (
                <p className="ink2">{t('connecting.none')}</p>
              )}
              {channels.length > 0 && (
                <ul className="lines">
                  {channels.map((channel) => (
                    <ChannelLine
                      key={channel.id}
                      channel={channel}
                      guide={platforms.find((each) => each.id === channel.platform)}
                      reconnecting={search.reconnect === channel.id}
                      failed={search.reconnect === channel.id ? search.failed : undefined}
                      onReconnect={(on) => open(on ? { reconnect: channel.id } : {})}
                    />
                  ))}
                </ul>
              )}
              {platforms
                .filter((each) => each.app !== null)
                .map((each) => (
                  <WebhookApps key={each.id} guide={each} />
                ))}
            </>
          )
        }}
      </Loaded>
    </SettingsPage>
  )
}

type ChooseProps = { platforms: PlatformGuide[]; onChoose: (id: string) => void; onClose: () => void }

function Choose({ platforms, onChoose, onClose }: ChooseProps) {
  const t = useWords()
  return (
    <section className="connect-box" aria-labelledby="choose-platform">
      <h2 id="choose-platform">{t('connecting.choose')}</h2>
      <p className="ink2">{t('connecting.chooseLead')}</p>
      <div className="choices">
        {platforms.map(({ id, name }, index) => (
          <button key={id} type="button" className="btn big" autoFocus={index === 0} onClick={() => onChoose(id)}>
            <Glyph platform={id} />
            {name}
          </button>
        ))}
        <button type="button" className="btn quiet big" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </section>
  )
}
