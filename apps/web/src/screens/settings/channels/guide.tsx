import type { PlatformGuide } from '@answerback/core/api'
import { CopyField } from '../../../ui/copy-field.tsx'
import { useWords } from '../../../words/words.tsx'

/** How to come by a token, which permissions it needs and what for, and addresses to enter there. */
export function Guide({ guide }: { guide: PlatformGuide }) {
  const t = useWords()
  return (
    <div className="guide">
      <h3>{t('connecting.how')}</h3>
      <ol>
        {guide.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>
        <a className="link" href={guide.docs} target="_blank" rel="noopener noreferrer">
          {t('connecting.docs', { platform: guide.name })}
        </a>
      </p>
      {guide.redirectUrl !== null && <CopyField label="Redirect URL" value={guide.redirectUrl} />}
      <h3>{t('connecting.permissions')}</h3>
      <dl>
        {guide.permissions.map(({ name, why }) => (
          <div key={name}>
            <dt dir="ltr">{name}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
