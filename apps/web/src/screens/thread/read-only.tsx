import type { Conversation } from '@answerback/core/api'
import { ExternalLink } from 'lucide-react'
import { platformOf, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'

type Props = { conversation: Conversation; url: string | null; onAnswered: () => void; onNoReply: () => void }

/** In the composer's place where nothing can be written from here: the way there, and how to say that it was answered. */
export function ReadOnly({ conversation, url, onAnswered, onNoReply }: Props) {
  const t = useWords()
  const platform = platformOf(useMe(), conversation.platform).name
  const waits = conversation.waitingSince !== null
  return (
    <div className="composer" id="composer">
      <p className="as">{t('composer.cannotWrite', { platform })}</p>
      <div className="bar ways">
        {url !== null && (
          <a className="btn s" href={url} target="_blank" rel="noopener noreferrer nofollow">
            <ExternalLink className="i sm" aria-hidden="true" />
            {t('composer.openThere', { platform })}
          </a>
        )}
        {waits && (
          <button type="button" className="btn s" onClick={onAnswered}>
            {t('composer.answeredThere')}
          </button>
        )}
        <span className="grow" />
        {waits && (
          <button type="button" className="btn quiet s" onClick={onNoReply}>
            {t('composer.noReply')}
          </button>
        )}
      </div>
    </div>
  )
}
