import type { Channel } from '@answerback/core/api'
import type { PlatformGuide } from '@answerback/core/connect-api'
import { useEffect, useId, useRef, useState } from 'react'
import { useWords } from '../../../words/words.tsx'
import { Agree } from './agree.tsx'
import { HowToGetIt, Permissions } from './guide.tsx'
import { TokenForm } from './token-form.tsx'

type Props = {
  guide: PlatformGuide
  /** Connected before: the same account is connected again. */
  channel?: Channel
  /** The way to the platform that just came to nothing. */
  failed?: string | undefined
  onClose: () => void
}

/** Connects an account: by agreeing at the platform where it has that, or with a token; and what each permission is for. */
export function ConnectForm({ guide, channel, failed, onClose }: Props) {
  const t = useWords()
  const titleId = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  const [byToken, setByToken] = useState(false)
  // Read from the top: what to do there comes before what to paste here.
  useEffect(() => heading.current?.focus(), [])
  const { oauth } = guide
  const agrees = oauth !== null && !byToken
  return (
    <section className="connect-box" aria-labelledby={titleId}>
      <h2 id={titleId} ref={heading} tabIndex={-1}>
        {channel === undefined ? t('connecting.title', { platform: guide.name }) : t('connecting.titleAgain', { handle: channel.handle })}
      </h2>
      {channel !== undefined && !agrees && <p className="ink2">{t('connecting.leadAgain')}</p>}
      {agrees ? (
        <>
          <Agree guide={guide} oauth={oauth} channel={channel} failed={failed} />
          <Permissions guide={guide} />
        </>
      ) : (
        <>
          <HowToGetIt guide={guide} />
          <Permissions guide={guide} />
          <TokenForm guide={guide} channel={channel} onClose={onClose} />
        </>
      )}
      <div className="acts ways">
        {oauth !== null && (
          <button type="button" className="btn" onClick={() => setByToken(!byToken)}>
            {byToken ? t('connecting.byAgreeing', { platform: guide.name }) : t('connecting.byToken')}
          </button>
        )}
        <button type="button" className="btn quiet" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </section>
  )
}
