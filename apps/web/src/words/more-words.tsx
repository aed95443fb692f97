import { type ReactNode, useMemo } from 'react'
import { IntlProvider } from 'use-intl'
import { en } from './en.ts'
import { more } from './more.ts'
import type { AllWords } from './words.tsx'

/** Words that only some screens need, on top of those of every screen. They load with the screen that is inside this. */
export function MoreWords({ timeZone, children }: { timeZone?: string; children: ReactNode }) {
  const messages = useMemo(() => ({ ...en, ...more }) as unknown as AllWords, [])
  return (
    <IntlProvider locale="en" messages={messages} {...(timeZone !== undefined && { timeZone })}>
      {children}
    </IntlProvider>
  )
}
