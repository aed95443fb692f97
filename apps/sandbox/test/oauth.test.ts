import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'

const redirectUri = 'http://127.0.0.1:1/back'
const verifier = 'a-verifier-that-is-long-enough-to-be-one-0123456789'
const challenge = createHash('sha256').update(verifier).digest('base64url')

let sandbox: Sandbox
let offsetMs = 0
beforeEach(async () => {
  offsetMs = 0
  sandbox = await startSandbox({ port: 0, now: () => new Date(Date.UTC(2026, 10, 22) + offsetMs) })
})
afterEach(() => sandbox.close())

type Answer = { status: number; body: any }
async function json(answer: Response): Promise<Answer> {
  return { status: answer.status, body: await answer.json() }
}
const post = (url: string, form: Record<string, string> | [string, string][]) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
const whereTo = (answer: Response) => new URL(answer.headers.get('location') ?? '')

describe('Facebook', () => {
  const graph = (path: string) => `${sandbox.urls.facebook}/v25.0/${path}`
  const dialog = (): Record<string, string> => ({
    client_id: sandbox.secrets.facebook.appId,
    redirect_uri: redirectUri,
    state: 's-1',
    scope: 'pages_show_list,pages_manage_engagement',
    response_type: 'code',
  })
  const agree = async (pages: string[]) => {
    const form: [string, string][] = [...Object.entries(dialog()), ...pages.map((id): [string, string] => ['pages[]', id])]
    const back = whereTo(await post(graph('dialog/oauth'), [...form, ['answer', 'continue']]))
    expect([back.origin + back.pathname, back.searchParams.get('state'), back.hash]).toEqual([redirectUri, 's-1', '#_=_'])
    return back.searchParams.get('code') ?? ''
  }
  const token = async (form: Record<string, string>) => {
    const { appId, appSecret } = sandbox.secrets.facebook
    return json(await post(graph('oauth/access_token'), { client_id: appId, client_secret: appSecret, ...form }))
  }
  const accounts = async (accessToken: string, query = '') =>
    json(
      await fetch(graph(`me/accounts?fields=id,name,access_token,tasks${query}`), { headers: { authorization: `Bearer ${accessToken}` } }),
    )

  test('shows what is asked for and every Page; cancelling comes back as denied', async () => {
    const page = await fetch(`${graph('dialog/oauth')}?${new URLSearchParams(dialog()).toString()}`)
    const text = await page.text()
    for (const words of ['pages_manage_engagement', 'Fieldnote Repairs', 'Fieldnote Press']) expect(text).toContain(words)
    const back = whereTo(await post(graph('dialog/oauth'), { ...dialog(), answer: 'cancel' }))
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
      state: 's-1',
    })
  })

  test.each([
    ['client_id', 'another', 'Invalid App ID'],
    ['redirect_uri', 'nowhere', 'URL blocked'],
    ['scope', 'pages_read_minds', 'Invalid Scopes: pages_read_minds'],
  ])('refuses a wrong %s on its own page', async (name, value, words) => {
    const page = await fetch(`${graph('dialog/oauth')}?${new URLSearchParams({ ...dialog(), [name]: value }).toString()}`)
    expect([page.status, (await page.text()).includes(words)]).toEqual([400, true])
  })

  test('a code is good once, for ten minutes, and for its redirect address', async () => {
    const subcode = (answer: Answer) => [answer.body.error.code, answer.body.error.error_subcode]
    expect(subcode(await token({ code: await agree([]), redirect_uri: 'http://elsewhere.example/' }))).toEqual([100, 36008])
    const late = await agree([])
    offsetMs = 601_000
    expect(subcode(await token({ code: late, redirect_uri: redirectUri }))).toEqual([100, 36007])
    const code = await agree([])
    expect((await token({ code, redirect_uri: redirectUri })).body).toMatchObject({ token_type: 'bearer', expires_in: 5_400 })
    expect(subcode(await token({ code, redirect_uri: redirectUri }))).toEqual([100, 36009])
    expect((await token({ code: 'made-up', redirect_uri: redirectUri })).body.error.code).toBe(100)
  })

  test('gives the ticked Pages page by page, with tokens that last only once the login was exchanged', async () => {
    const { pageId, pageAccessToken, appId, appSecret } = sandbox.secrets.facebook
    const all = (await accounts(sandbox.secrets.facebook.userAccessToken)).body.data
    expect(all.map((each: { tasks: string[] }) => each.tasks.includes('MODERATE'))).toEqual([true, true, false])
    const code = await agree([pageId, all[1].id])
    const short = (await token({ code, redirect_uri: redirectUri })).body.access_token
    const brief = (await accounts(short)).body.data
    expect(brief.map((each: { id: string }) => each.id)).toEqual([pageId, all[1].id])
    expect(brief[0].access_token).not.toBe(pageAccessToken)
    const debug = async (input: string) =>
      (await json(await fetch(graph(`debug_token?input_token=${input}`), { headers: { authorization: `Bearer ${appId}|${appSecret}` } })))
        .body.data
    const nowSeconds = Date.UTC(2026, 10, 22) / 1000
    expect(await debug(brief[0].access_token)).toMatchObject({ app_id: appId, type: 'PAGE', expires_at: nowSeconds + 3_600 })
    const long = (await token({ grant_type: 'fb_exchange_token', fb_exchange_token: short })).body
    expect(long.expires_in).toBe(5_183_944)
    const first = await accounts(long.access_token, '&limit=1')
    expect(first.body.data).toMatchObject([{ id: pageId, access_token: pageAccessToken }])
    const second = await json(await fetch(first.body.paging.next, { headers: { authorization: `Bearer ${long.access_token}` } }))
    expect(second.body.data).toMatchObject([{ id: all[1].id, name: 'Fieldnote Repairs' }])
    expect(second.body.paging.next).toBeUndefined()
    expect(await debug(pageAccessToken)).toMatchObject({ expires_at: 0, data_access_expires_at: nowSeconds + 90 * 86_400 })
  })

  test('lists the Business and its Pages for whoever let it be seen; of a client’s Page it gives no token', async () => {
    const { userAccessToken, pageId } = sandbox.secrets.facebook
    const list = async (path: string) => json(await fetch(graph(path), { headers: { authorization: `Bearer ${userAccessToken}` } }))
    const [business] = (await list('me/businesses?fields=id,name')).body.data
    expect(business.name).toBe('Fieldnote Studio')
    const owned = (await list(`${business.id}/owned_pages?fields=id,name,access_token`)).body.data
    expect(owned.map((each: { name: string }) => each.name)).toEqual(['Fieldnote', 'Fieldnote Outlet'])
    expect(owned[0]).toMatchObject({ id: pageId, access_token: sandbox.secrets.facebook.pageAccessToken })
    const clients = (await list(`${business.id}/client_pages?fields=id,name,access_token`)).body.data
    expect(clients).toEqual([{ id: expect.any(String), name: 'Fieldnote Guild' }])
    await agree([pageId])
    expect((await list('me/businesses')).body.error.code).toBe(200)
  })

  test('another Page answers for itself alone, and keeps its own subscriptions', async () => {
    const { pageId, userAccessToken } = sandbox.secrets.facebook
    const other = (await accounts(userAccessToken)).body.data[1]
    const as = async (path: string, method = 'GET') =>
      json(await fetch(graph(path), { method, headers: { authorization: `Bearer ${other.access_token}` } }))
    expect((await as('me?fields=id,name')).body).toEqual({ id: other.id, name: 'Fieldnote Repairs' })
    expect((await as(`${other.id}/subscribed_apps?subscribed_fields=feed`, 'POST')).body).toEqual({ success: true })
    expect((await as(`${other.id}/subscribed_apps`)).body.data).toMatchObject([{ subscribed_fields: ['feed'] }])
    expect((await as(`${other.id}/subscribed_apps`, 'DELETE')).body).toEqual({ success: true })
    expect((await as(`${other.id}/subscribed_apps`)).body.data).toEqual([])
    expect((await as(`${other.id}/feed`)).body.data).toEqual([])
    expect((await as(`${pageId}/subscribed_apps`, 'DELETE')).status).toBe(400)
  })
})

describe('Mastodon', () => {
  const at = (path: string) => `${sandbox.urls.mastodon}${path}`
  const register = async (scopes = 'read:accounts read:notifications write:statuses') =>
    (await json(await post(at('/api/v1/apps'), { client_name: 'Answerback', redirect_uris: redirectUri, scopes }))).body as {
      client_id: string
      client_secret: string
    }
  const request = (clientId: string, more: Record<string, string> = {}): Record<string, string> => ({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'read:accounts write:statuses',
    state: 's-2',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  })
  const authorize = async (clientId: string, more: Record<string, string> = {}) =>
    whereTo(await post(at('/oauth/authorize'), { ...request(clientId), answer: 'authorize', ...more })).searchParams

  test('each app has its own id, and may be sent back only where it said', async () => {
    const [one, two] = [await register(), await register()]
    expect(one.client_id).not.toBe(two.client_id)
    expect(
      (await json(await post(at('/api/v1/apps'), { client_name: 'x', redirect_uris: redirectUri, scopes: 'read:minds' }))).status,
    ).toBe(422)
    for (const wrong of [request('unknown'), request(one.client_id, { redirect_uri: 'http://elsewhere.example/' })])
      expect((await fetch(`${at('/oauth/authorize')}?${new URLSearchParams(wrong).toString()}`)).status).toBe(400)
    const page = await fetch(`${at('/oauth/authorize')}?${new URLSearchParams(request(one.client_id)).toString()}`)
    expect(await page.text()).toContain('<b>Answerback</b> would like permission')
  })

  test('denying, a scope that was not registered and plain PKCE come back as errors', async () => {
    const { client_id: id } = await register()
    expect((await authorize(id, { answer: 'deny' })).get('error')).toBe('access_denied')
    expect((await authorize(id, { scope: 'admin:read' })).get('error')).toBe('invalid_scope')
    expect((await authorize(id, { code_challenge_method: 'plain' })).get('error')).toBe('invalid_code_challenge_method')
  })

  test('a code wants its secret, its verifier and its address, once; the token holds only its scopes and can be revoked', async () => {
    const { client_id: id, client_secret: secret } = await register()
    const grant = {
      grant_type: 'authorization_code',
      client_id: id,
      client_secret: secret,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }
    const exchange = async (more: Record<string, string>) => json(await post(at('/oauth/token'), { ...grant, ...more }))
    const code = async () => (await authorize(id)).get('code') ?? ''
    expect((await exchange({ code: await code(), client_secret: 'guessed' })).body.error).toBe('invalid_client')
    const wrongs: [string, string][] = [
      ['code_verifier', 'guessed'],
      ['redirect_uri', 'http://elsewhere.example/'],
    ]
    for (const [name, value] of wrongs) expect((await exchange({ code: await code(), [name]: value })).body.error).toBe('invalid_grant')
    const late = await code()
    offsetMs = 601_000
    expect((await exchange({ code: late })).body.error).toBe('invalid_grant')
    const good = await code()
    const { body } = await exchange({ code: good })
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'read:accounts write:statuses' })
    expect((await exchange({ code: good })).body.error).toBe('invalid_grant')
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await fetch(at('/api/v1/accounts/verify_credentials'), { headers })).status).toBe(200)
    expect(await json(await fetch(at('/api/v1/notifications'), { headers }))).toEqual({
      status: 403,
      body: { error: 'This action is outside the authorized scopes' },
    })
    expect((await post(at('/oauth/revoke'), { client_id: id, client_secret: secret, token: body.access_token })).status).toBe(200)
    expect((await fetch(at('/api/v1/accounts/verify_credentials'), { headers })).status).toBe(401)
  })
})
