import { PlatformError } from './error.ts'

/** A base URL as people type it (`mastodon.social`, a trailing slash, a profile's link) made whole: origin and path, no slash at the end. `rejected` when it is none. */
export function baseUrl(typed: string | undefined, otherwise: string): string {
  const text = (typed ?? '').trim()
  if (text === '') return otherwise
  const whole = /^https?:\/\//i.test(text) ? text : `https://${text}`
  if (!URL.canParse(whole)) throw new PlatformError('rejected', `"${text.slice(0, 100)}" is not an address`)
  const url = new URL(whole)
  if (url.username !== '' || url.password !== '') throw new PlatformError('rejected', 'The address must not hold a name or password')
  return `${url.origin}${url.pathname.replace(/\/@[^/]*$/, '').replace(/\/+$/, '')}`
}
