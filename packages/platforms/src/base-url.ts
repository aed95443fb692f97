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

/**
 * Where a call to `url` goes. Usually there; when another address stands in for the platform (`apiUrl`, not the `usual` one) every call goes to it: the usual host's
 * as its own path, any other host's below a first segment that names it (`<apiUrl>/oauth2.googleapis.com/token`).
 */
export function standIn(url: string, usual: string, apiUrl: string | undefined): string {
  const base = (apiUrl ?? '').replace(/\/+$/, '')
  if (base === '' || base === usual) return url
  if (url.startsWith(`${usual}/`) || url === usual) return `${base}${url.slice(usual.length)}`
  return `${base}/${url.replace(/^https?:\/\//, '')}`
}
