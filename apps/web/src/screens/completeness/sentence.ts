import { missingOf } from '@answerback/core/completeness'
import type { ChannelCompleteness, PostCompleteness } from '@answerback/core/completeness-api'
import type { Words } from '../../words/words.tsx'

/** How a channel stands, in one sentence that needs no knowledge of how it came about. */
export function channelSentence(line: ChannelCompleteness, platform: string, t: Words): string {
  const { posts, held, reported, missing, missingOn: on, days } = line
  if (posts === 0) return t('completeness.noPosts', { days })
  if (line.state === 'complete') return t('completeness.complete', { held, posts, days })
  if (line.state === 'explained') return t('completeness.explained', { held, reported, platform })
  if (line.state === 'not_counted') return t('completeness.notCounted', { held, platform })
  if (line.toFetch > 0) return t('completeness.fetching', { missing, on })
  if (missing > 0) return t(line.state === 'fetching' ? 'completeness.fetching' : 'completeness.unexplained', { missing, on, platform })
  return t(line.state === 'fetching' ? 'completeness.comparing' : 'completeness.fewer', { platform })
}

/** What a post's difference is made of, a few words each. */
export function reasonsOf(line: PostCompleteness, platform: string, t: Words): string[] {
  const parts: string[] = []
  for (const reason of ['toFetch', 'hidden', 'private', 'deleted', 'filtered', 'unexplained'] as const)
    if (line[reason] > 0) parts.push(t(`completeness.reason.${reason}`, { count: line[reason], platform }))
  const fewer = missingOf(line) - line.toFetch - line.unexplained
  if (fewer > 0) parts.push(t('completeness.reason.fewer', { count: fewer }))
  return parts
}
