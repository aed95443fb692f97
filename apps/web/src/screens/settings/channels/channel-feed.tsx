import type { Channel } from '@answerback/core/api'
import type { ChannelFeedView } from '@answerback/core/connect-api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { change } from '../../../api/call.ts'
import { channelFeedQuery } from '../../../api/channel-queries.ts'
import { cache } from '../../../api/queries.ts'
import { filled } from '../../../ui/checks.ts'
import { TextField } from '../../../ui/fields.tsx'
import { problemWords } from '../../../ui/problem-words.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useSpanSince } from '../../../ui/wait.tsx'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'

/** The feed in which a channel's posts appear: set, seen to be read, taken away. */
export function ChannelFeed({ channel }: { channel: Channel }) {
  const t = useWords()
  const query = useQuery(channelFeedQuery(channel.id))
  return (
    <section>
      <h2>{t('connecting.feed')}</h2>
      <p className="small ink2">{t('connecting.feedLead')}</p>
      <Loaded query={query}>
        {(feed) => (
          <>
            {feed !== null && <Reading feed={feed} channel={channel} />}
            <FeedForm key={feed?.url ?? ''} channel={channel} feed={feed} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function Reading({ feed, channel }: { feed: ChannelFeedView; channel: Channel }) {
  const t = useWords()
  const read = useSpanSince(feed.lastReadAt)
  const [failure, setFailure] = useState<string | null>(null)
  const remove = async () => {
    setFailure(null)
    try {
      await change({ method: 'DELETE', path: `/channels/${channel.id}/feed` })
      await cache.invalidateQueries({ queryKey: channelFeedQuery(channel.id).queryKey })
      showToast({ text: t('connecting.feedRemoved') })
    } catch (error) {
      setFailure(problemWords(error, t))
    }
  }
  return (
    <>
      <p className="small">
        <bdi className="feed-url">{feed.url}</bdi>{' '}
        <span className="meta">
          {feed.nextReadAt === null ? t('connecting.feedOver') : feed.lastReadAt === null ? '' : t('connecting.feedRead', { span: read })}
        </span>
      </p>
      {(feed.error ?? failure) !== null && <p className="err">{failure ?? t('connecting.feedFailed', { reason: feed.error ?? '' })}</p>}
      <button type="button" className="btn s" onClick={() => void remove()}>
        {t('connecting.feedRemove')}
      </button>
    </>
  )
}

function FeedForm({ channel, feed }: { channel: Channel; feed: ChannelFeedView | null }) {
  const t = useWords()
  const form = useForm<Record<string, string>>({
    initial: { url: '' },
    checks: { url: filled },
    send: async ({ url = '' }) => {
      await change({ method: 'PUT', path: `/channels/${channel.id}/feed`, body: { url: url.trim() } })
      await cache.invalidateQueries({ queryKey: channelFeedQuery(channel.id).queryKey })
      showToast({ text: t('connecting.feedKept') })
    },
  })
  return (
    <form className="form narrow" noValidate autoComplete="off" onSubmit={form.submit}>
      <TextField
        label={t(feed === null ? 'connecting.feedUrl' : 'connecting.feedOther')}
        placeholder="https://"
        dir="ltr"
        inputMode="url"
        autoCapitalize="none"
        spellCheck={false}
        {...form.field('url')}
      />
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn" aria-disabled={form.busy}>
          {form.busy ? t('connecting.feedTrying') : t('connecting.feedKeep')}
        </button>
      </div>
    </form>
  )
}
