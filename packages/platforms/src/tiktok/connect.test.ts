import { describe, expect, test } from 'vitest'
import { account, apiUrl, now, permalink, video } from '../../test/tiktok.ts'
import type { ReplyInput } from '../platform.ts'
import { tiktok } from './adapter.ts'

const input: ReplyInput = {
  target: {
    externalId: '11',
    parentExternalId: video,
    postExternalId: video,
    ref: { topId: '11', videoId: video, permalink },
    authorExternalId: 'u_8f3',
    authorHandle: 'ana.makes',
    private: false,
  },
  text: 'From Monday',
  key: 'k',
  createdAt: now.toISOString(),
}

describe('tokens', () => {
  const app = { clientId: '7100', clientSecret: 's', refreshToken: 'rft.one' }
  const pair = {
    access_token: 'act.two',
    refresh_token: 'rft.two',
    expires_in: 86400,
    refresh_token_expires_in: 31536000,
    open_id: 'act.brand123',
  }

  test('a refused one is exchanged once, with its refresh token, and both new ones are kept', async () => {
    const { io, saved, paths } = account(({ path, token }) => {
      if (path.includes('refresh_token')) return pair
      return token === 'act.two' ? { comment_id: '99' } : { code: 40105 }
    }, app)
    await tiktok.reply(io, input)
    expect(paths()).toEqual(['/business/comment/reply/create/', '/tt_user/oauth2/refresh_token/', '/business/comment/reply/create/'])
    expect(saved).toMatchObject([
      {
        credentials: { accessToken: 'act.two', refreshToken: 'rft.two', expiresAt: '2026-11-19T12:00:00.000Z' },
        tokenExpiresAt: '2027-11-18T12:00:00.000Z',
      },
    ])
  })

  test('one that is about to end is exchanged before', async () => {
    const { io, paths } = account(({ path }) => (path.includes('refresh_token') ? pair : { comment_id: '99' }), {
      ...app,
      expiresAt: '2026-11-18T12:01:00.000Z',
    })
    await tiktok.reply(io, input)
    expect(paths()).toEqual(['/tt_user/oauth2/refresh_token/', '/business/comment/reply/create/'])
  })

  test('a refresh that fails says that nothing was sent', async () => {
    const { io } = account(({ path }) => ({ code: path.includes('refresh_token') ? 50000 : 40102 }), app)
    await expect(tiktok.reply(io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
  })
})

describe('connecting', () => {
  const grant = {
    client: { id: '7100', secret: 's' },
    redirectUrl: 'https://inbox.example.org/oauth/tiktok/',
    code: 'c',
    codeVerifier: 'v',
  }
  const tokens = {
    access_token: 'act.two',
    refresh_token: 'rft.two',
    expires_in: 86400,
    refresh_token_expires_in: 31536000,
    open_id: 'act.brand123',
    scope: 'comment.list',
  }
  const newest = { videos: [{ item_id: video, share_url: permalink }], has_more: false }

  test('the address of the portal is kept as it is, and asks anew each time', () => {
    const authorizationUrl =
      'https://www.tiktok.com/v2/auth/authorize?client_key=7100&scope=comment.list&response_type=code&redirect_uri=https%3A%2F%2Fx%2F'
    const request = { clientId: 'other', redirectUrl: grant.redirectUrl, state: 'st', codeChallenge: '' }
    const url = new URL(tiktok.connect.oauth!.authorizeUrl({ ...request, settings: { authorizationUrl } }))
    expect(url.href.startsWith(authorizationUrl)).toBe(true)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ state: 'st', disable_auto_auth: '1', client_key: '7100' })
    const made = new URL(tiktok.connect.oauth!.authorizeUrl({ ...request, settings: {} }))
    expect(Object.fromEntries(made.searchParams)).toMatchObject({
      client_key: 'other',
      redirect_uri: grant.redirectUrl,
      response_type: 'code',
    })
  })

  test('a code becomes an account, and a grant without the right to answer is said to be one', async () => {
    const { io, calls } = account(({ path }) => {
      if (path.includes('/oauth2/')) return tokens
      if (path.includes('token_info')) return { app_id: '7100', scope: 'user.info.basic,video.list,comment.list' }
      return path.includes('/video/') ? newest : { username: 'fieldnote', display_name: 'Fieldnote' }
    })
    const [offered] = await tiktok.connect.oauth!.exchange(io, { ...grant, settings: { apiUrl } })
    expect(calls[0]!.json).toEqual({
      client_id: '7100',
      client_secret: 's',
      grant_type: 'authorization_code',
      auth_code: 'c',
      redirect_uri: grant.redirectUrl,
    })
    const connected = await tiktok.connect.open(io, offered!.settings)
    expect(connected).toMatchObject({
      account: { externalId: 'act.brand123', handle: 'fieldnote', name: 'Fieldnote', url: 'https://www.tiktok.com/@fieldnote' },
      settings: { apiUrl, login: 'oauth' },
      credentials: { accessToken: 'act.two', refreshToken: 'rft.two', clientId: '7100', clientSecret: 's' },
      cannot: ['reply', 'like', 'hide', 'remove'],
      tokenExpiresAt: '2027-11-18T12:00:00.000Z',
    })
    expect(Object.values(connected.settings).join()).not.toContain('rft')
  })

  test('a refresh token alone is enough, and the address of a video tells the name where nothing else does', async () => {
    const { io } = account(({ path }) => {
      if (path.includes('refresh_token')) return { ...tokens, refresh_token: 'rft.three' }
      return path.includes('/video/') ? newest : { code: 40001 }
    })
    const connected = await tiktok.connect.open(io, { apiUrl, clientId: '7100', clientSecret: 's', refreshToken: 'rft.two' })
    expect(connected).toMatchObject({
      account: { externalId: 'act.brand123', handle: 'fieldnote' },
      credentials: { refreshToken: 'rft.three' },
    })
  })

  test.each([
    ['the account', '/business/get/', 50000],
    ['the token', '/token_info/', 40100],
    ['the videos', '/video/', 50002],
  ])('a refresh token that was exchanged is not lost when asking for %s fails for now', async (_, failing, code) => {
    const { io } = account(({ path }) => {
      if (path.includes('refresh_token')) return { ...tokens, refresh_token: 'rft.three' }
      if (path.includes(failing)) return { code }
      return path.includes('/video/') ? newest : {}
    })
    const given = { apiUrl, clientId: '7100', clientSecret: 's', refreshToken: 'rft.two' }
    expect(await tiktok.connect.open(io, given)).toMatchObject({
      account: { externalId: 'act.brand123' },
      credentials: { accessToken: 'act.two', refreshToken: 'rft.three' },
    })
  })

  test('nor is one that was exchanged only when the pasted access token was refused', async () => {
    const { io } = account(({ path, token }) => {
      if (path.includes('refresh_token')) return { ...tokens, refresh_token: 'rft.three' }
      if (path.includes('/video/')) return { code: token === 'act.two' ? 50002 : 40102 }
      return {}
    })
    const given = {
      apiUrl,
      clientId: '7100',
      clientSecret: 's',
      refreshToken: 'rft.two',
      accessToken: 'act.one',
      businessId: 'act.brand123',
    }
    expect(await tiktok.connect.open(io, given)).toMatchObject({ credentials: { accessToken: 'act.two', refreshToken: 'rft.three' } })
  })

  test('an account that was not read by anything is not connected', async () => {
    const { io } = account(({ path }) => (path.includes('/video/') ? { code: 50002 } : {}))
    const given = { apiUrl, accessToken: 'act.one', businessId: 'act.brand123' }
    await expect(tiktok.connect.open(io, given)).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('with an address the app is subscribed to comments; a refusal is kept in words and stops nothing', async () => {
    const webhookUrl = 'https://inbox.example.org/webhooks/tiktok'
    const given = { apiUrl, clientId: '7100', clientSecret: 's', accessToken: 'act.one', businessId: 'act.brand123', webhookUrl }
    const openWith = async (answered: Record<string, unknown>) => {
      const { io, calls } = account(({ path }) => (path.includes('/webhook/') ? answered : path.includes('/video/') ? newest : {}))
      const { settings } = await tiktok.connect.open(io, given)
      return { settings, asked: calls.find(({ path }) => path === '/business/webhook/update/')?.json }
    }
    const { settings, asked } = await openWith({})
    expect(settings).toMatchObject({ webhookUrl, webhook: 'on' })
    expect(asked).toEqual({ app_id: '7100', secret: 's', event_type: 'COMMENT', callback_url: webhookUrl })
    expect((await openWith({ code: 40118, message: 'Not allow-listed' })).settings.webhook).toBe('Not allow-listed')
  })

  test.each([
    [{}, 'refresh token is missing'],
    [{ refreshToken: 'r' }, 'app id or its secret'],
  ])('%j is refused with a reason', async (given, words) => {
    await expect(tiktok.connect.open(account(() => ({})).io, { apiUrl, ...given })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(words) as string,
    })
  })

  test('only tokens that we asked for are handed back', async () => {
    const pasted = account(() => ({}), { clientId: '7100', clientSecret: 's' })
    await tiktok.connect.close!(pasted.io)
    expect(pasted.calls).toEqual([])
    const asked = account(() => ({}), { clientId: '7100', clientSecret: 's' })
    asked.io.settings.login = 'oauth'
    await tiktok.connect.close!(asked.io)
    expect(asked.calls).toMatchObject([{ path: '/tt_user/oauth2/revoke/', json: { access_token: 'act.one', client_id: '7100' } }])
  })
})
