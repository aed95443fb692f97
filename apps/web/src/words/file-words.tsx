import { type ReactNode, useMemo } from 'react'
import { IntlProvider } from 'use-intl'
import { en } from './en.ts'
import { files } from './en-files.ts'
import type { AllWords } from './words.tsx'

/** The words of files, on top of those of every screen. They load with the first file. */
export function FileWords({ timeZone, children }: { timeZone: string; children: ReactNode }) {
  const messages = useMemo(() => ({ ...en, files }) as unknown as AllWords, [])
  return (
    <IntlProvider locale="en" messages={messages} timeZone={timeZone}>
      {children}
    </IntlProvider>
  )
}
