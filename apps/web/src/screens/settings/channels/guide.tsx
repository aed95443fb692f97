import type { PlatformGuide } from '@answerback/core/connect-api'
import { useWords } from '../../../words/words.tsx'

/** How to come by a token, in order. */
export function HowToGetIt({ guide }: { guide: PlatformGuide }) {
  const t = useWords()
  return (
    <div className="guide">
      <h3>{t('connecting.how')}</h3>
      <ol>
        {guide.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </div>
  )
}

/** Every permission that is asked for, and what for. */
export function Permissions({ guide }: { guide: PlatformGuide }) {
  const t = useWords()
  return (
    <div className="guide">
      <h3>{t('connecting.permissions')}</h3>
      <dl>
        {guide.permissions.map(({ name, why }) => (
          <div key={name}>
            <dt dir="ltr">{name}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a className="link" href={guide.docs} target="_blank" rel="noopener noreferrer">
          {t('connecting.docs', { platform: guide.name })}
        </a>
      </p>
    </div>
  )
}
