import type { ReactNode } from 'react'
import { IntlProvider, useTranslations } from 'use-intl'
import { en } from './en.ts'

declare module 'use-intl' {
  interface AppConfig {
    Locale: 'en'
    Messages: typeof en
  }
}

/** Gives the page its words. English for now; the catalogue is the only place that knows it. */
export function WordsProvider({ timeZone, children }: { timeZone?: string; children: ReactNode }) {
  return (
    <IntlProvider locale="en" messages={en} timeZone={timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}>
      {children}
    </IntlProvider>
  )
}

/** The translator over the whole catalogue: `t('list.oldest', { span })`. */
export const useWords = () => useTranslations()
export type Words = ReturnType<typeof useWords>
