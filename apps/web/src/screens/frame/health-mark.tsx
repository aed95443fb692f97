import type { Channel } from '@answerback/core/api'
import { useWords } from '../../words/words.tsx'

/** A channel's health as a shape, with its word for those who do not see it: ● delivering, ◐ nothing yet, ○ paused, ▲ stopped, × disconnected. */
export function HealthMark({ channel, word = false }: { channel: Channel; word?: boolean }) {
  const t = useWords()
  const text = t(`health.${channel.state}`)
  return (
    <span className="health">
      <svg className="hl" viewBox="0 0 10 10" aria-hidden="true">
        {shapes[channel.state]}
      </svg>
      <span className={word ? undefined : 'sr'}>{text}</span>
    </span>
  )
}

const half = (
  <>
    <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.3" />
    <path d="M5 1.6a3.4 3.4 0 0 0 0 6.800z" />
  </>
)
const warning = (
  <>
    <path d="M5 .6L9.7 9H.3z" />
    <path d="M5 3.600v2.200M5 7.300v.2" stroke="var(--canvas)" strokeWidth="1.2" strokeLinecap="round" />
  </>
)
const shapes: Record<Channel['state'], React.ReactNode> = {
  healthy: <circle cx="5" cy="5" r="4" />,
  no_delivery_yet: half,
  failing: warning,
  needs_reauthorization: warning,
  disconnected: <path d="M2 2l6 6M8 2L2 8" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />,
  paused: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.3" />,
}
