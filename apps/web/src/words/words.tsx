import type { ReactNode } from 'react'
import { IntlProvider, useTranslations } from 'use-intl'
import { en } from './en.ts'
import type { more } from './more.ts'

declare module 'use-intl' {
  interface AppConfig {
    Locale: 'en'
    /** All of them; those of `more` only within `MoreWords`. */
    Messages: typeof en & typeof more
  }
}

/** Gives the page its words. English for now; the catalogue is the only place that knows it. */
export function WordsProvider({ timeZone, children }: { timeZone?: string; children: ReactNode }) {
  return (
    <IntlProvider
      locale="en"
      messages={en as typeof en & typeof more}
      timeZone={timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      {children}
    </IntlProvider>
  )
}

/** The translator over the whole catalogue: `t('list.oldest', { span })`. */
export const useWords = () => useTranslations()
export type Words = ReturnType<typeof useWords>
