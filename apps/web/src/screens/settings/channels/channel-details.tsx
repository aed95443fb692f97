import type { Channel } from '@answerback/core/api'
import type { PlatformGuide } from '@answerback/core/connect-api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { change } from '../../../api/call.ts'
import { channelWebhookQuery } from '../../../api/channel-queries.ts'
import { cache, channelsQuery } from '../../../api/queries.ts'
import { CopyField } from '../../../ui/copy-field.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { platformOf, useMe } from '../../../ui/me.tsx'
import { problemWords } from '../../../ui/problem-words.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'
import { SavedSelect, SavedText } from '../saved-fields.tsx'
import { AnnouncePost } from './announce-post.tsx'
import { ChannelApp } from './channel-app.tsx'
import { ChannelFeed } from './channel-feed.tsx'

/** Whether there is anything to set up for one channel alone. */
export function hasDetails(channel: Channel, guide: PlatformGuide | undefined): boolean {
  return channel.can.ownWebhook || channel.can.costs || guide?.app != null || guide?.can.posts === true
}

/** What one channel has of its own: which app speaks for it, its own webhook, what it may cost, and how its posts are known sooner. */
export function ChannelDetails({ channel, guide }: { channel: Channel; guide: PlatformGuide | undefined }) {
  return (
    <div className="wide channel-details">
      {guide?.app != null && <ChannelApp channel={channel} guide={guide} />}
      {channel.can.ownWebhook && <OwnWebhook channel={channel} />}
      {channel.can.costs && <Cap channel={channel} />}
      {guide?.can.posts === true && (
        <>
          <ChannelFeed channel={channel} />
          <AnnouncePost channel={channel} />
        </>
      )}
    </div>
  )
}

function OwnWebhook({ channel }: { channel: Channel }) {
  const t = useWords()
  const platform = platformOf(useMe(), channel.platform).name
  const query = useQuery(channelWebhookQuery(channel.id))
  const [renewing, setRenewing] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const renew = async () => {
    setRenewing(false)
    setFailure(null)
    try {
      await change({ method: 'POST', path: `/channels/${channel.id}/webhook/secrets` })
      await cache.invalidateQueries({ queryKey: channelWebhookQuery(channel.id).queryKey })
      showToast({ text: t('connecting.secretRenewed', { platform }) })
    } catch (error) {
      setFailure(problemWords(error, t))
    }
  }
  return (
    <section>
      <h2>{t('connecting.ownWebhook')}</h2>
      <Loaded query={query}>
        {({ url, secret, words, trouble }) => (
          <>
            <p className="small ink2">{words ?? t('connecting.ownWebhookLead', { platform })}</p>
            {trouble !== undefined && <p className="err">{t('connecting.ownWebhookRefused', { platform, reason: trouble })}</p>}
            <CopyField label={t('connecting.callback')} value={url} />
            {secret !== null && (
              <>
                <CopyField label={t('connecting.secret')} value={secret} />
                <button type="button" className="btn s" onClick={() => setRenewing(true)}>
                  {t('connecting.renew')}
                </button>
              </>
            )}
          </>
        )}
      </Loaded>
      {failure !== null && (
        <p className="err" role="alert">
          {failure}
        </p>
      )}
      {renewing && (
        <Dialog label={t('connecting.renewTitle', { handle: channel.handle })} onClose={() => setRenewing(false)}>
          <div className="inner">
            <h1>{t('connecting.renewTitle', { handle: channel.handle })}</h1>
            <p>{t('connecting.renewLead', { platform })}</p>
            <div className="foot">
              <button type="button" className="btn quiet" data-first onClick={() => setRenewing(false)}>
                {t('app.cancel')}
              </button>
              <button type="button" className="btn" onClick={() => void renew()}>
                {t('connecting.renewDo')}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  )
}

/** What it may cost in a month, in US dollars, empty: as much as it takes; and whether nothing is sent either once that is spent. */
function Cap({ channel }: { channel: Channel }) {
  const t = useWords()
  const kept = channel.health.spent?.capUsd ?? null
  const save = async (body: { monthlyCapUsd?: number | null | undefined; capReplies?: boolean }) => {
    await change({ method: 'PATCH', path: `/channels/${channel.id}`, body })
    await cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
  }
  return (
    <section>
      <SavedText
        label={t('connecting.cap')}
        hint={t('connecting.capHint', { usd: (channel.health.spent?.usd ?? 0).toFixed(2) })}
        name={`cap-${channel.id}`}
        kept={kept === null ? '' : String(kept)}
        check={(text) => (dollarsOf(text) === undefined ? t('connecting.capBad') : null)}
        save={(text) => save({ monthlyCapUsd: dollarsOf(text) })}
      />
      {kept !== null && (
        <SavedSelect
          label={t('connecting.capThen')}
          hint={t('connecting.capThenHint')}
          name={`cap-replies-${channel.id}`}
          kept={channel.health.spent?.capsReplies === true ? 'stop' : 'send'}
          save={(choice) => save({ capReplies: choice === 'stop' })}
        >
          <option value="send">{t('connecting.capSends')}</option>
          <option value="stop">{t('connecting.capStops')}</option>
        </SavedSelect>
      )}
    </section>
  )
}

/** Null for nothing written; undefined for what is no sum. */
function dollarsOf(text: string): number | null | undefined {
  const typed = text.trim().replace(/^\$/, '').trim()
  if (typed === '') return null
  return /^\d{1,6}(\.\d{1,2})?$/.test(typed) ? Number(typed) : undefined
}
