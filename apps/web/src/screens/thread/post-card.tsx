import type { Conversation } from '@answerback/core/api'
import { ChevronDown } from 'lucide-react'
import { fullWhen, whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { useMe } from '../../ui/me.tsx'
import { safeUrl } from '../../ui/user-text.tsx'
import { useWords } from '../../words/words.tsx'

/** What it is all about, on top of the thread. Two lines, the rest on request. */
export function PostCard({ conversation }: { conversation: Conversation }) {
  const t = useWords()
  const { workspace } = useMe()
  const { post } = conversation
  if (post === null) return null
  const url = safeUrl(post.url)
  const time = whenText(post.platformAt, now(), workspace.timeZone)
  return (
    <details className="post">
      <summary>
        <span className="meta hs" title={fullWhen(post.platformAt, workspace.timeZone)}>
          <Glyph platform={conversation.platform} />
          {post.ours ? t('thread.ourPost', { time }) : t('thread.theirPost', { time })}
          <ChevronDown className="i sm more" aria-hidden="true" />
        </span>
        <span className="words ink2" dir="auto">
          {post.text}
        </span>
      </summary>
      {url !== null && (
        <p className="meta">
          <a className="link" href={url} target="_blank" rel="noopener noreferrer nofollow">
            {t('thread.openPost')}
          </a>
        </p>
      )}
    </details>
  )
}
