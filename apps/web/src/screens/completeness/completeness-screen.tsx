import type { Channel } from '@answerback/core/api'
import type { ChannelCompleteness } from '@answerback/core/completeness-api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { change } from '../../api/call.ts'
import { completenessQuery } from '../../api/completeness-queries.ts'
import { channelsQuery } from '../../api/queries.ts'
import { useAtNow } from '../../clock/ticker.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { MoreWords } from '../../words/more-words.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { Posts } from './posts.tsx'
import { channelSentence } from './sentence.ts'
import '../../style/pages.css'
import '../../style/deliveries.css'
import '../../style/completeness.css'

/** What platforms count against what is here, channel by channel: a sentence each, and below it the posts with their reasons. */
export function CompletenessScreen() {
  const me = useMe()
  return (
    <MoreWords timeZone={me.workspace.timeZone}>
      <Completeness />
    </MoreWords>
  )
}

function Completeness() {
  const t = useWords()
  const me = useMe()
  const { data: channels } = useQuery(channelsQuery)
  const { data: lines, isError, refetch } = useQuery(completenessQuery)
  useEffect(() => {
    document.title = t('completeness.pageTitle', { name: me.workspace.name })
  }, [t, me.workspace.name])
  const ready = channels !== undefined && lines !== undefined
  return (
    <section className="page">
      <header className="phead">
        <h1 tabIndex={-1}>{t('completeness.title')}</h1>
      </header>
      <div className="wrap">
        <p className="lead-line">{t('completeness.lead')}</p>
        {isError && !ready ? (
          <p className="hs">
            {t('app.failed')}
            <button type="button" className="btn s" onClick={() => void refetch()}>
              {t('app.tryAgain')}
            </button>
          </p>
        ) : !ready ? (
          <p className="ink3" role="status">
            {t('completeness.loading')}
          </p>
        ) : lines.length === 0 ? (
          <p className="ink2">{t('completeness.none')}</p>
        ) : (
          <ul className="entries">
            {lines.map((line) => {
              const channel = channels.find((each) => each.id === line.channelId)
              return channel === undefined ? null : <ChannelEntry key={line.channelId} line={line} channel={channel} />
            })}
          </ul>
        )}
      </div>
    </section>
  )
}

function ChannelEntry({ line, channel }: { line: ChannelCompleteness; channel: Channel }) {
  const t = useWords()
  const me = useMe()
  const [open, setOpen] = useState(line.missing > 0)
  const platform = platformOf(me, channel.platform).name
  const facts = useAtNow(
    useCallback(
      (now: number) => {
        const parts: string[] = []
        if (line.posts > 0 && line.countedAt === null) parts.push(t('completeness.notYet'))
        if (line.countedAt !== null)
          parts.push(t('completeness.counted', { span: shortSpan(t, Math.max(0, now - Date.parse(line.countedAt)), true) }))
        if (line.lagMs !== null) parts.push(t('completeness.lag', { span: shortSpan(t, line.lagMs, true) }))
        return parts.join(' · ')
      },
      [line, t],
    ),
  )
  return (
    <li className="entry ledger">
      <div className="hs line">
        <Glyph platform={channel.platform} />
        <b className="med">{platform}</b>
        <bdi className="ink2 ell">{channel.name}</bdi>
        <span className="grow" />
        <CheckNow channel={channel} />
      </div>
      <p className="says" data-state={line.state}>
        {channelSentence(line, platform, t)}
      </p>
      {facts !== '' && <p className="meta">{facts}</p>}
      {line.posts > 0 && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary className="link small" aria-label={t('completeness.postsOf', { name: channel.name })}>
            {t('completeness.posts')}
          </summary>
          {open && <Posts channelId={channel.id} platform={platform} />}
        </details>
      )}
    </li>
  )
}

function CheckNow({ channel }: { channel: Channel }) {
  const t = useWords()
  const may = useMay('deliveries.retry')
  const cache = useQueryClient()
  const [state, setState] = useState<'idle' | 'checking' | 'failed'>('idle')
  if (!may || channel.state === 'paused' || channel.state === 'disconnected' || channel.state === 'needs_reauthorization') return null
  const check = async () => {
    setState('checking')
    try {
      await change({ method: 'POST', path: `/channels/${channel.id}/checks` })
      // A round of reading takes a moment; the page asks again by itself after that.
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      await cache.invalidateQueries({ queryKey: completenessQuery.queryKey })
      setState('idle')
    } catch {
      setState('failed')
    }
  }
  const what = state === 'checking' ? t('completeness.checking') : t('completeness.check')
  return (
    <>
      <span className="small ink2" role="status">
        {state === 'failed' ? t('completeness.checkFailed') : ''}
      </span>
      <button
        type="button"
        className="btn s"
        disabled={state === 'checking'}
        aria-label={t('completeness.checkOf', { what, name: channel.name })}
        onClick={() => void check()}
      >
        {what}
      </button>
    </>
  )
}
