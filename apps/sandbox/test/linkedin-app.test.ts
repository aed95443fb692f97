import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { callRest, enc } from './linkedin.ts'
import { until } from './receiver.ts'

let sandbox: Sandbox
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('linkedin', true)[0]!
})
afterEach(() => sandbox.close())

const call = (method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }) =>
  callRest(sandbox, method, path, options)
const org = (): string => `urn:li:organization:${sandbox.secrets.linkedin.organizationId}`
const say = (name: string, text: string, parentId: string | null, mention?: boolean): Item =>
  speak(sandbox.world, { platform: 'linkedin', author: { name }, text, parentId, mention })

describe('webhooks', () => {
  const key = () => {
    const { applicationId, memberId } = sandbox.secrets.linkedin
    const type = 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS'
    return `/eventSubscriptions/(developerApplication:${enc(`urn:li:developerApplication:${applicationId}`)},user:${enc(`urn:li:person:${memberId}`)},entity:${enc(org())},eventType:${type})`
  }
  const hmac = (message: string): string => createHmac('sha256', sandbox.secrets.linkedin.clientSecret).update(message).digest('hex')

  async function listen(respond: (code: string) => string) {
    const received: { body: string; signature: string }[] = []
    const server = createServer((request, response) => {
      const challengeCode = new URL(request.url ?? '/', 'http://receiver').searchParams.get('challengeCode') ?? ''
      if (request.method === 'GET') {
        response.setHeader('content-type', 'application/json')
        return response.end(JSON.stringify({ challengeCode, challengeResponse: respond(challengeCode) }))
      }
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        received.push({ body, signature: String(request.headers['x-li-signature']) })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      received,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      close: () => (server.closeAllConnections(), server.close()),
    }
  }

  test('an address is tried with a code; then it is told what happens, signed over the prefix and the body', async () => {
    const receiver = await listen(hmac)
    try {
      expect((await call('PUT', key(), { body: { webhook: receiver.url } })).status).toBe(204)
      expect((await call('GET', key())).body).toMatchObject({ webhook: receiver.url })
      const listed = await call('GET', '/eventSubscriptions?q=subscriberAndEventType&eventType=ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS')
      expect(listed.body.elements).toHaveLength(1)
      const comment = say('Ana', 'Do you ship?', post.id)
      await until(() => receiver.received.length === 1)
      const [{ body, signature }] = receiver.received as [{ body: string; signature: string }]
      expect(signature).toBe(hmac(`hmacsha256=${body}`))
      const told = JSON.parse(body) as { type: string; notifications: any[] }
      expect(told).toMatchObject({
        type: 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS',
        notifications: [{ action: 'COMMENT', generatedActivity: comment.id }],
      })
      const found = await call('GET', `/organizationalEntityNotifications?q=criteria&organizationalEntity=${enc(org())}`)
      expect(found.body.elements).toEqual(told.notifications)
      expect((await call('DELETE', key())).status).toBe(204)
      expect((await call('GET', key())).status).toBe(404)
    } finally {
      receiver.close()
    }
  })

  test('an address that does not know the secret is not kept', async () => {
    const receiver = await listen((code) => createHmac('sha256', 'another').update(code).digest('hex'))
    try {
      expect((await call('PUT', key(), { body: { webhook: receiver.url } })).status).toBe(400)
      expect((await call('GET', key())).status).toBe(404)
    } finally {
      receiver.close()
    }
  })
})

describe('login', () => {
  const at = (path: string) => `${sandbox.urls.linkedin}/www.linkedin.com/oauth/v2/${path}`
  const dialog = () => ({
    response_type: 'code',
    client_id: sandbox.secrets.linkedin.clientId,
    redirect_uri: 'http://127.0.0.1:1/back',
    state: 's-1',
    scope: 'r_organization_social_feed w_organization_social_feed rw_organization_admin',
  })
  const send = async (path: string, form: Record<string, string>) =>
    fetch(at(path), { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
  const client = () => ({ client_id: sandbox.secrets.linkedin.clientId, client_secret: sandbox.secrets.linkedin.clientSecret })

  test('shows what is asked for, and sends back a code that is good once, for its address', async () => {
    const page = await (await fetch(`${at('authorization')}?${new URLSearchParams(dialog()).toString()}`)).text()
    expect(page).toContain('w_organization_social_feed')
    const back = new URL((await send('authorization', { ...dialog(), answer: 'allow' })).headers.get('location') ?? '')
    expect(back.searchParams.get('state')).toBe('s-1')
    const form = {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: dialog().redirect_uri,
      ...client(),
    }
    expect((await send('accessToken', { ...form, redirect_uri: 'http://127.0.0.1:1/other' })).status).toBe(400)
    const given = (await (await send('accessToken', form)).json()) as { access_token: string }
    expect(given).toMatchObject({ expires_in: 5_184_000, refresh_token_expires_in: 31_536_000, token_type: 'Bearer' })
    expect((await send('accessToken', form)).status).toBe(400)
    expect(
      (await call('GET', '/organizationAcls?q=roleAssignee', { headers: { authorization: `Bearer ${given.access_token}` } })).status,
    ).toBe(200)
    const looked: unknown = await (await send('introspectToken', { token: given.access_token, ...client() })).json()
    expect(looked).toMatchObject({ active: true, status: 'active', auth_type: '3L' })
  })

  test('cancelling, a strange scope and a wrong client are told apart', async () => {
    const cancelled = new URL((await send('authorization', { ...dialog(), answer: 'cancel' })).headers.get('location') ?? '')
    expect(cancelled.searchParams.get('error')).toBe('user_cancelled_authorize')
    const strange = await fetch(`${at('authorization')}?${new URLSearchParams({ ...dialog(), scope: 'everything' }).toString()}`, {
      redirect: 'manual',
    })
    expect(new URL(strange.headers.get('location') ?? '').searchParams.get('error')).toBe('unauthorized_scope_error')
    expect((await send('accessToken', { grant_type: 'refresh_token', refresh_token: 'x', ...client(), client_secret: 'no' })).status).toBe(
      401,
    )
  })

  test('a refresh token brings another access token, until it is taken back', async () => {
    sandbox.faults.setToken('linkedin', 'expired', sandbox.world.now())
    const form = { grant_type: 'refresh_token', refresh_token: sandbox.secrets.linkedin.refreshToken, ...client() }
    const given = (await (await send('accessToken', form)).json()) as { access_token: string }
    expect(
      (await call('GET', '/organizationAcls?q=roleAssignee', { headers: { authorization: `Bearer ${given.access_token}` } })).status,
    ).toBe(200)
    expect((await call('GET', '/organizationAcls?q=roleAssignee')).body.code).toBe('EXPIRED_ACCESS_TOKEN')
    sandbox.faults.setToken('linkedin', 'revoked', sandbox.world.now())
    expect((await send('accessToken', form)).status).toBe(400)
  })
})
