import { expect, test } from 'vitest'
import type { ConformanceOptions } from '../conformance.ts'
import type { OAuth } from '../platform.ts'

const redirectUrl = 'https://inbox.example.org/oauth/here'
const request = { clientId: 'client-1', redirectUrl, state: 'state-1', codeChallenge: 'challenge-1' }

/** What an installer is asked and told, and where OAuth sends them: nothing secret stands in an address, and whoever comes back is known again. */
export function checkConnect({ platform, channel }: ConformanceOptions): void {
  const { fields, permissions, steps, oauth, app } = platform.connect
  const appHooks = platform.webhook !== undefined && !platform.webhook.perChannel

  test('says how to come by what it asks for, and what each permission is for', () => {
    expect(fields.length + (oauth ? 1 : 0)).toBeGreaterThan(0)
    expect(steps.length).toBeGreaterThan(0)
    for (const { name, why } of permissions) expect([name, why].every((words) => words.trim() !== '')).toBe(true)
    expect(new Set(permissions.map(({ name }) => name)).size).toBe(permissions.length)
  })

  test('says where id and secret of an app stand exactly where one is registered by hand, and how its webhooks are entered', () => {
    expect(app !== undefined).toBe(appHooks || oauth?.app === 'by_hand')
    expect(app?.webhook !== undefined).toBe(appHooks)
    for (const words of Object.values(app ?? {})) expect(words.trim()).not.toBe('')
  })

  if (!oauth) return

  test('OAuth asks before leaving only for what the form knows, and nothing secret', () => {
    for (const name of oauth.asks) expect(fields.find((field) => field.name === name)).toMatchObject({ secret: false })
    expect(oauth.register !== undefined).toBe(oauth.app === 'by_itself')
    expect(oauth.steps.length > 0).toBe(oauth.app === 'by_hand')
  })

  test('the address to agree at holds state, client and redirect, and no secret', () => {
    const url = new URL(oauth.authorizeUrl({ ...request, settings: { ...channel.settings } }))
    expect(url.protocol).toMatch(/^https?:$/)
    const query = Object.fromEntries(url.searchParams)
    expect(Object.values(query)).toEqual(expect.arrayContaining([request.state, request.clientId, redirectUrl]))
    for (const secret of Object.values(channel.credentials)) expect(url.href).not.toContain(secret)
    if ('code_challenge' in query) expect(query).toMatchObject({ code_challenge: request.codeChallenge, code_challenge_method: 'S256' })
    expect(query.client_secret).toBeUndefined()
  })

  test('a code is exchanged in a body, never in an address', async () => {
    const seen: string[] = []
    const grant: Parameters<OAuth['exchange']>[1] = {
      settings: { ...channel.settings },
      client: { id: 'client-1', secret: 'canary-secret' },
      redirectUrl,
      code: 'canary-code',
      codeVerifier: 'canary-verifier',
    }
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      seen.push(url instanceof Request ? url.url : String(url))
      return Response.json({ access_token: 'canary-token' })
    }
    await oauth.exchange({ fetch, now: () => new Date(0) }, grant).catch(() => {})
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.filter((url) => url.includes(oauth.secretInAddress ? 'canary-code' : 'canary'))).toEqual([])
    for (const url of seen) expect(url).not.toContain('canary-verifier')
  })
}
