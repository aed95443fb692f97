import type { PostCompleteness } from '@answerback/core/completeness-api'
import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { postsCompletenessQuery } from '../../api/completeness-queries.ts'
import { useAtNow } from '../../clock/ticker.ts'
import { safeUrl } from '../../ui/user-text.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords, type Words } from '../../words/words.tsx'
import { firstWords } from '../inbox/row-words.ts'
import { reasonsOf } from './sentence.ts'

/** A channel's posts, those where something is missing first. */
export function Posts({ channelId, platform }: { channelId: string; platform: string }) {
  const t = useWords()
  const { data: posts, isError, refetch } = useQuery(postsCompletenessQuery(channelId))
  if (posts === undefined)
    return isError ? (
      <p className="hs">
        {t('app.failed')}
        <button type="button" className="btn s" onClick={() => void refetch()}>
          {t('app.tryAgain')}
        </button>
      </p>
    ) : (
      <p className="ink3" role="status">
        {t('completeness.loading')}
      </p>
    )
  return (
    <ul className="books">
      {posts.map((post) => (
        <PostLine key={post.postId} post={post} platform={platform} />
      ))}
    </ul>
  )
}

function PostLine({ post, platform }: { post: PostCompleteness; platform: string }) {
  const t = useWords()
  const url = safeUrl(post.url)
  const reasons = reasonsOf(post, platform, t)
  const facts = useAtNow(useCallback((now: number) => factsOf(post, now, t).join(' · '), [post, t]))
  const earlier = useAtNow(useCallback((now: number) => earlierOf(post, now, t).join('\n'), [post, t]))
  return (
    <li data-state={post.state}>
      <div className="hs line">
        <bdi className="ell grow">{firstWords(post.text) || t('completeness.noText')}</bdi>
        {url !== null && (
          <a className="link small" href={url} target="_blank" rel="noopener noreferrer">
            {t('completeness.open')}
          </a>
        )}
        <span className="chip state" data-state={post.state}>
          {t(`completeness.post.${post.state}`)}
        </span>
      </div>
      <p>
        {post.reported === null
          ? t('completeness.numbersUnknown', { held: post.held })
          : t('completeness.numbers', { platform, reported: post.reported, held: post.held })}
        {reasons.length > 0 && `: ${reasons.join(', ')}`}
      </p>
      <p className="meta">{facts}</p>
      {earlier !== '' && (
        <details>
          <summary className="link small">{t('completeness.earlier')}</summary>
          <p className="meta lines">{earlier}</p>
        </details>
      )}
    </li>
  )
}

function factsOf({ countedAt, nextCountAt, missingSince, lagMs }: PostCompleteness, now: number, t: Words): string[] {
  const since = (iso: string) => shortSpan(t, Math.max(0, now - Date.parse(iso)), true)
  const parts = [countedAt === null ? t('completeness.notYet') : t('completeness.counted', { span: since(countedAt) })]
  parts.push(t('completeness.nextCount', { span: shortSpan(t, Math.max(0, Date.parse(nextCountAt) - now), true) }))
  if (missingSince !== null) parts.push(t('completeness.since', { span: since(missingSince) }))
  if (lagMs !== null) parts.push(t('completeness.lag', { span: shortSpan(t, lagMs, true) }))
  return parts
}

/** Newest first, without the one that stands above. */
function earlierOf({ history }: PostCompleteness, now: number, t: Words): string[] {
  return history
    .slice(0, -1)
    .toReversed()
    .map(({ at, ...counts }) => t('completeness.earlierLine', { ...counts, span: shortSpan(t, Math.max(0, now - Date.parse(at)), true) }))
}
