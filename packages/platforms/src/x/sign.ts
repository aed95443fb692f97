import { createHmac, randomBytes } from 'node:crypto'

/** The four secrets of OAuth 1.0a, which do not end. */
export type OneA = { apiKey: string; apiKeySecret: string; accessToken: string; accessTokenSecret: string }

/**
 * The Authorization header of OAuth 1.0a (RFC 5849, section 3): HMAC-SHA1 over method, address and the query's parameters. A JSON body is not signed. `at`:
 * time and nonce, given by tests.
 */
export function signOneA(secrets: OneA, request: { method: string; url: string }, at: { now: Date; nonce?: string }): string {
  const url = new URL(request.url)
  const own: [string, string][] = [
    ['oauth_consumer_key', secrets.apiKey],
    ['oauth_nonce', at.nonce ?? randomBytes(16).toString('hex')],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(Math.floor(at.now.getTime() / 1000))],
    ['oauth_token', secrets.accessToken],
    ['oauth_version', '1.0'],
  ]
  const parameters = [...url.searchParams, ...own]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&')
  const base = [request.method, encode(`${url.origin}${url.pathname}`), encode(parameters)].join('&')
  const key = `${encode(secrets.apiKeySecret)}&${encode(secrets.accessTokenSecret)}`
  const signature = createHmac('sha1', key).update(base).digest('base64')
  const header = [...own, ['oauth_signature', signature]].map(([name = '', value = '']) => `${encode(name)}="${encode(value)}"`)
  return `OAuth ${header.join(', ')}`
}

/** RFC 3986: encodeURIComponent leaves five characters that have to be encoded here. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
