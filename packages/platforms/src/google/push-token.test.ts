import { createHmac, createSign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { audience, email, now, partsOf, pemOf, pushKey, tokenOf, usualClaims } from '../../test/push-token.ts'
import { isPushToken, readGoogleKeys } from './push-token.ts'

const keys = { one: pemOf('one'), two: pemOf('two') }
const isGood = (authorization: string | undefined, at = now, given = keys): boolean =>
  isPushToken(authorization, { keys: given, audience, email, now: at })
const claims = (more: Record<string, unknown>): string => `Bearer ${tokenOf({ ...usualClaims(), ...more })}`
const header = (more: Record<string, unknown>, key = 'one'): string =>
  `Bearer ${tokenOf(usualClaims(), { header: { alg: 'RS256', kid: 'one', typ: 'JWT', ...more }, key })}`
const without = (name: string): string => {
  const { [name]: _left, ...rest } = usualClaims()
  return `Bearer ${tokenOf(rest)}`
}
const good = tokenOf(usualClaims())
const [head = '', body = '', signature = ''] = good.split('.')
const hour = 3_600
const iat = now.getTime() / 1000 - hour / 2
/** The key of the bearer in the place of Google's. */
const stranger = pushKey('stranger')

const forged: [string, string | undefined][] = [
  ['nothing', undefined],
  ['an empty header', ''],
  ['no token', 'Bearer '],
  ['another scheme', `Basic ${good}`],
  ['a scheme in small letters', `bearer ${good}`],
  ['the token alone', good],
  ['two spaces', `Bearer  ${good}`],
  ['something behind it', `Bearer ${good} x`],
  ['a doubled header', `Bearer ${good}, Bearer ${good}`],
  ['a header joined without a space', `Bearer ${good},${good}`],
  ['a line break', `Bearer ${good}\n`],
  ['two parts', `Bearer ${head}.${body}`],
  ['four parts', `Bearer ${good}.${signature}`],
  ['no signature', `Bearer ${head}.${body}.`],
  ['alg none without a signature', `Bearer ${partsOf({ alg: 'none', kid: 'one' }, usualClaims())}.`],
  ['alg none with one', `Bearer ${partsOf({ alg: 'none', kid: 'one' }, usualClaims())}.${signature}`],
  ['alg None', header({ alg: 'None' })],
  ['no alg', header({ alg: undefined })],
  ['alg RS512', header({ alg: 'RS512' })],
  ['alg PS256', header({ alg: 'PS256' })],
  ['alg as a list', header({ alg: ['RS256'] })],
  ['HS256 with the public key as its secret', hmacToken(pemOf('one'))],
  ['HS256 with nothing as its secret', hmacToken('')],
  ['RS256 said, and made by HMAC', hmacToken(pemOf('one'), 'RS256')],
  ['no key named', header({ kid: undefined })],
  ['a key that is not there', header({ kid: 'three' })],
  ['another key than the one that signed', header({ kid: 'two' })],
  ['a key called __proto__', header({ kid: '__proto__' })],
  ['a key called constructor', header({ kid: 'constructor' })],
  ['a stranger’s key', header({}, 'stranger')],
  ['a key that it brings along', header({ jwk: stranger.publicKey.export({ format: 'jwk' }) }, 'stranger')],
  ['a key at an address that it names', header({ jku: 'https://evil.example/certs' }, 'stranger')],
  ['something critical that we do not know', header({ crit: ['b64'], b64: false })],
  ['another audience', claims({ aud: 'https://inbox.example/webhooks/google-business/0194' })],
  ['our audience with a slash', claims({ aud: `${audience}/` })],
  ['our audience among others', claims({ aud: [audience] })],
  ['no audience', without('aud')],
  ['another service account', claims({ email: 'push@evil.iam.gserviceaccount.com' })],
  ['our service account and more', claims({ email: `${email}.evil.example` })],
  ['no service account', without('email')],
  ['an account that is not verified', claims({ email_verified: false })],
  ['an account that says verified in words', claims({ email_verified: 'true' })],
  ['another issuer', claims({ iss: 'https://accounts.google.com.evil.example' })],
  ['an issuer without its scheme', claims({ iss: 'accounts.google.com' })],
  ['no issuer', without('iss')],
  ['no end', without('exp')],
  ['no beginning', without('iat')],
  ['an end in words', claims({ exp: String(iat + hour) })],
  ['an end before its beginning', claims({ iat, exp: iat - hour })],
  ['one that is good for a year', claims({ exp: iat + 365 * 86_400 })],
  ['one that ended', claims({ iat: iat - 2 * hour, exp: iat - hour })],
  ['one that begins later', claims({ iat: iat + 2 * hour, exp: iat + 3 * hour })],
  ['claims that are no object', `Bearer ${signedBy('one', partsOf({ alg: 'RS256', kid: 'one' }, 'hello'))}`],
  ['a header that is no object', `Bearer ${signedBy('one', partsOf(['RS256'], usualClaims()))}`],
  ['a header that is no JSON', `Bearer ${signedBy('one', `AAAA.${body}`)}`],
  ['a signature cut short', `Bearer ${good.slice(0, -4)}`],
  ['a signature in another spelling', `Bearer ${good}=`],
  ['a signature whose last bits differ', `Bearer ${good.slice(0, -1)}${nextSpelling(good)}`],
  ['a signature over other claims', `Bearer ${head}.${partsOf({}, { ...usualClaims(), sub: '1' }).split('.')[1]}.${signature}`],
  ['a very long one', `Bearer ${tokenOf({ ...usualClaims(), more: 'x'.repeat(8_000) })}`],
]

function hmacToken(secret: string, alg = 'HS256'): string {
  const signed = partsOf({ alg, kid: 'one', typ: 'JWT' }, usualClaims())
  return `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function signedBy(key: string, signed: string): string {
  return `${signed}.${createSign('sha256').update(signed).sign(pushKey(key).privateKey).toString('base64url')}`
}

/** The next letter: it differs in bits that a decoder throws away. */
function nextSpelling(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(token.at(-1) ?? '') + 1] ?? ''
}

describe('a token that comes with a push', () => {
  test('is believed when Google signed it for us, by whichever of its keys', () => {
    expect(isGood(`Bearer ${good}`)).toBe(true)
    expect(isGood(header({ kid: 'two' }, 'two'))).toBe(true)
    expect(isGood(claims({ email: email.toUpperCase() }))).toBe(true)
  })

  test.each(forged)('is refused: %s', (_name, authorization) => {
    expect(isGood(authorization)).toBe(false)
  })

  test('is refused where nobody said who signs it, for what, or by which keys', () => {
    for (const missing of [{ keys: {} }, { audience: '' }, { email: '' }])
      expect(isPushToken(`Bearer ${good}`, { keys, audience, email, now, ...missing })).toBe(false)
    expect(isPushToken(claims({ email: '' }), { keys, audience, email: '', now })).toBe(false)
  })

  test('is good for its hour and a minute on either side', () => {
    const at = (seconds: number): boolean => isGood(`Bearer ${good}`, new Date((iat + seconds) * 1000))
    expect([at(-61), at(-59), at(hour + 59), at(hour + 61)]).toEqual([false, true, true, false])
  })
})

describe('Google’s keys', () => {
  const jwk = (id: string, more: Record<string, unknown> = {}) => ({
    ...pushKey(id).publicKey.export({ format: 'jwk' }),
    ...{ alg: 'RS256', use: 'sig', kid: id },
    ...more,
  })
  const read = async (answer: Response): Promise<Record<string, string>> =>
    readGoogleKeys({ fetch: async () => answer, now: () => now }, 'https://usual.example', undefined)

  test('are read by their ids, and believed', async () => {
    const given = await read(Response.json({ keys: [jwk('one'), jwk('two')] }))
    expect(Object.keys(given)).toEqual(['one', 'two'])
    expect(isPushToken(`Bearer ${good}`, { keys: given, audience, email, now })).toBe(true)
  })

  test('what is no RSA key for signatures is left out', async () => {
    const odd = [
      null,
      7,
      {},
      jwk('two', { use: 'enc' }),
      jwk('two', { alg: 'RS512' }),
      jwk('two', { kty: 'oct', k: 'AA' }),
      jwk('two', { n: 'AQAB' }),
    ]
    expect(Object.keys(await read(Response.json({ keys: [...odd, jwk('one')] })))).toEqual(['one'])
  })

  test.each([
    ['an outage', new Response('', { status: 503 })],
    ['a page', new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['no keys', Response.json({ keys: [] })],
    ['something else', Response.json([1])],
  ])('are not there: %s', async (_name, answer) => {
    await expect(read(answer)).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
