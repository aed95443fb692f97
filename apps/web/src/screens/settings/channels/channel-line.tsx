import type { Channel } from '@answerback/core/api'
import type { ChannelCheck, PlatformGuide } from '@answerback/core/connect-api'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { change } from '../../../api/call.ts'
import { cache, channelsQuery } from '../../../api/queries.ts'
import { fullWhen, whenText } from '../../../clock/instants.ts'
import { now } from '../../../clock/ticker.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { platformOf, useMe } from '../../../ui/me.tsx'
import { problemWords } from '../../../ui/problem-words.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { useSpanSince } from '../../../ui/wait.tsx'
import { useWords } from '../../../words/words.tsx'
import { HealthMark } from '../../frame/health-mark.tsx'
import { ConfirmByName } from '../confirm-by-name.tsx'
import { ChannelDeliveries } from './channel-deliveries.tsx'
import { ChannelDetails, hasDetails } from './channel-details.tsx'
import { ConnectForm } from './connect-form.tsx'

type Props = {
  channel: Channel
  guide: PlatformGuide | undefined
  reconnecting: boolean
  /** The way to the platform that just came to nothing. */
  failed?: string | undefined
  onReconnect: (on: boolean) => void
}

/** One account: how it fares in words, and everything an owner does with it. */
export function ChannelLine({ channel, guide, reconnecting, failed, onReconnect }: Props) {
  const t = useWords()
  const me = useMe()
  const [checks, setChecks] = useState<ChannelCheck[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [showsDeliveries, setShowsDeliveries] = useState(false)
  const [showsDetails, setShowsDetails] = useState(false)
  const [disconnecting, setDisconnecting] = useState(false)
  const { handle, state } = channel
  const path = `/channels/${channel.id}`
  const off = state === 'disconnected'

  async function run(work: () => Promise<unknown>): Promise<void> {
    if (busy) return
    setBusy(true)
    setFailure(null)
    try {
      await work()
      await cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
    } catch (error) {
      setFailure(problemWords(error, t))
    } finally {
      setBusy(false)
    }
  }
  const test = () =>
    run(async () => {
      setChecks(null)
      setChecks((await change<{ checks: ChannelCheck[] }>({ method: 'POST', path: `${path}/test` })).checks)
    })
  const pause = (paused: boolean) =>
    run(async () => {
      await change({ method: 'PATCH', path, body: { paused } })
      showToast({ text: t(paused ? 'connecting.paused' : 'connecting.resumed', { handle }) })
    })
  return (
    <li className="channel-line" data-state={state}>
      <div className="who">
        <span className="tile">
          <Glyph platform={channel.platform} />
        </span>
        <div>
          <p>
            <b className="med">{platformOf(me, channel.platform).name}</b> <bdi className="ink2">{handle}</bdi>
          </p>
          <p className="state">
            <HealthMark channel={channel} />
            {t(`connecting.state.${state}`)}
          </p>
          <Times channel={channel} />
        </div>
      </div>
      <div className="channel-acts">
        {(off || state === 'needs_reauthorization') && !reconnecting && (
          <button type="button" className="btn fill s" onClick={() => onReconnect(true)}>
            {t('connecting.reconnect')}
          </button>
        )}
        {!off && (
          <>
            <button
              type="button"
              className="btn s"
              aria-label={t('connecting.testLabel', { handle })}
              aria-disabled={busy}
              onClick={() => void test()}
            >
              {busy ? t('connecting.testing') : t('connecting.test')}
            </button>
            <button type="button" className="btn s" aria-disabled={busy} onClick={() => void pause(state !== 'paused')}>
              {state === 'paused' ? t('connecting.resume') : t('connecting.pause')}
            </button>
            {state !== 'needs_reauthorization' && (
              <button type="button" className="btn s" aria-expanded={reconnecting} onClick={() => onReconnect(!reconnecting)}>
                {t('connecting.reconnect')}
              </button>
            )}
          </>
        )}
        <button type="button" className="btn s" aria-expanded={showsDeliveries} onClick={() => setShowsDeliveries(!showsDeliveries)}>
          {showsDeliveries ? t('connecting.hideDeliveries') : t('connecting.deliveries')}
        </button>
        {!off && hasDetails(channel, guide) && (
          <button type="button" className="btn s" aria-expanded={showsDetails} onClick={() => setShowsDetails(!showsDetails)}>
            {showsDetails ? t('connecting.hideDetails') : t('connecting.details')}
          </button>
        )}
        {!off && (
          <button type="button" className="btn quiet danger s" onClick={() => setDisconnecting(true)}>
            {t('connecting.disconnect')}
          </button>
        )}
      </div>
      {channel.error !== null && <p className="err wide">{channel.error}</p>}
      <div className="wide" role="status">
        {failure !== null && <p className="err">{failure}</p>}
        {checks !== null && <Checks checks={checks} />}
      </div>
      {showsDetails && !off && <ChannelDetails channel={channel} guide={guide} />}
      {showsDeliveries && <ChannelDeliveries channel={channel} />}
      {reconnecting && guide !== undefined && (
        <div className="wide">
          <ConnectForm guide={guide} channel={channel} failed={failed} onClose={() => onReconnect(false)} />
        </div>
      )}
      {disconnecting && (
        <ConfirmByName
          title={t('connecting.disconnectTitle', { handle })}
          lead={t('connecting.disconnectLead')}
          name={handle}
          action={t('connecting.disconnectDo')}
          onConfirm={async () => {
            const told = await change<{ trouble: string } | null>({ method: 'DELETE', path })
            showToast({ text: `${t('connecting.disconnected', { handle })} ${told?.trouble ?? ''}`.trim(), alert: told !== null })
            await cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
          }}
          onClose={() => setDisconnecting(false)}
        />
      )}
    </li>
  )
}

function Times({ channel }: { channel: Channel }) {
  const t = useWords()
  const { workspace } = useMe()
  const delivered = useSpanSince(channel.lastDeliveryAt)
  const polled = useSpanSince(channel.lastPollAt)
  return (
    <p className="meta">
      {[
        t('connecting.since', { time: whenText(channel.connectedAt, now(), workspace.timeZone) }),
        ...(channel.lastDeliveryAt === null ? [] : [t('connecting.lastDelivery', { span: delivered })]),
        ...(channel.lastPollAt === null ? [] : [t('connecting.lastPoll', { span: polled })]),
      ].join(' · ')}
      {channel.tokenExpiresAt !== null && <TokenEnd at={channel.tokenExpiresAt} />}
    </p>
  )
}

/** When the platform stops taking the credentials; loud in the last two weeks. */
function TokenEnd({ at }: { at: string }) {
  const t = useWords()
  const { workspace } = useMe()
  const days = Math.floor((Date.parse(at) - now()) / 86_400_000)
  return (
    <>
      {' · '}
      <time dateTime={at} title={fullWhen(at, workspace.timeZone)} className={days < 14 ? 'err' : undefined}>
        {days < 0 ? t('connecting.tokenEnded') : t('connecting.tokenEnds', { days })}
      </time>
    </>
  )
}

function Checks({ checks }: { checks: ChannelCheck[] }) {
  const t = useWords()
  return (
    <ul className="checks">
      {checks.map(({ what, ok, words }) => {
        const Icon = ok ? Check : X
        return (
          <li key={what} data-ok={ok}>
            <Icon className="i" aria-hidden="true" />
            <span>
              <b className="med">
                {t(`connecting.check.${what}`)} {ok ? t('connecting.checkOk') : t('connecting.checkFailed')}
              </b>
              . {words}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
