import type { ReactNode } from 'react'
import { IntlProvider, useTranslations } from 'use-intl'
import { en } from './en.ts'
import type { files } from './en-files.ts'
import type { more } from './more.ts'

/** All of them; those of `more` only within `MoreWords`, those of `files` within `FileWords`. */
export type AllWords = typeof en & typeof more & { files: typeof files }

declare module 'use-intl' {
  interface AppConfig {
    Locale: 'en'
    Messages: AllWords
  }
}

/** Gives the page its words. English for now; the catalogue is the only place that knows it. */
export function WordsProvider({ timeZone, children }: { timeZone?: string; children: ReactNode }) {
  return (
    <IntlProvider locale="en" messages={en as unknown as AllWords} timeZone={timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}>
      {children}
    </IntlProvider>
  )
}

/** The translator over the whole catalogue: `t('list.oldest', { span })`. */
export const useWords = () => useTranslations()
export type Words = ReturnType<typeof useWords>
