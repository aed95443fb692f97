import { describe, expect, test } from 'vitest'
import { answering } from '../../test/answering.ts'
import type { Asked } from '../../test/answering.ts'
import type { Io } from '../platform.ts'
import { linkedin } from './adapter.ts'

const now = new Date('2026-11-22T12:00:00.000Z')
const organization = 'urn:li:organization:2414183'
const comment = 'urn:li:comment:(urn:li:activity:7100,1)'
const target = {
  externalId: comment,
  parentExternalId: 'urn:li:share:7000',
  postExternalId: 'urn:li:share:7000',
  ref: { thread: 'urn:li:activity:7100', root: comment, post: 'urn:li:share:7000' },
  authorExternalId: 'urn:li:person:A',
  authorHandle: null,
  private: false,
}
const input = { target, text: 'Yes', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }
const list = (...elements: unknown[]) => ({ paging: { start: 0, count: 100, links: [] }, elements })

/** A channel with these credentials whose calls are answered so; `saved` are the ends that it was told. */
function channel(answer: (asked: Asked) => unknown, credentials: Record<string, string> = { accessToken: 'AQV' }) {
  const { fetch, asked } = answering(answer)
  const saved: unknown[] = []
  const io: Io = {
    fetch,
    now: () => now,
    settings: { apiUrl: 'https://stand.test' },
    credentials,
    save: async (renewed, more) => {
      io.credentials = renewed
      saved.push(more)
    },
    self: { accountId: organization, handle: 'fieldnote', ownedIds: [organization], host: 'www.linkedin.com' },
  }
  return { io, asked, saved }
}

describe('a token', () => {
  const lasting = {
    accessToken: 'AQVold',
    refreshToken: 'AQX',
    clientId: '86',
    clientSecret: 's',
    refreshExpiresAt: '2027-10-01T00:00:00.000Z',
  }
  const fresh = { access_token: 'AQVnew', expires_in: 5_184_000, refresh_token: 'AQX', refresh_token_expires_in: 20_000_000 }

  test('is renewed ten days before its end, and when it is refused; the connection ends with the refresh token', async () => {
    for (const credentials of [{ ...lasting, expiresAt: '2026-11-30T00:00:00.000Z' }, lasting]) {
      const { io, asked, saved } = channel(({ path, headers }) => {
        if (path.endsWith('/accessToken')) return fresh
        return headers.get('authorization') === 'Bearer AQVnew' ? list() : [401, { status: 401, code: 'EXPIRED_ACCESS_TOKEN' }]
      }, credentials)
      await linkedin.find(io, input)
      expect(asked.filter(({ path }) => path === '/www.linkedin.com/oauth/v2/accessToken').map(({ body }) => body)).toEqual([
        { grant_type: 'refresh_token', refresh_token: 'AQX', client_id: '86', client_secret: 's' },
      ])
      expect(io.credentials).toMatchObject({ accessToken: 'AQVnew', expiresAt: '2027-01-21T12:00:00.000Z' })
      expect(saved).toEqual([{ tokenExpiresAt: '2027-07-11T23:33:20.000Z' }])
    }
  })

  test('that cannot be renewed yet serves until it ends', async () => {
    const answer = ({ path }: Asked): unknown => (path.endsWith('/accessToken') ? [503, {}] : list())
    expect(await linkedin.find(channel(answer, { ...lasting, expiresAt: '2026-11-23T00:00:00.000Z' }).io, input)).toEqual({
      found: 'unsure',
    })
    const ended = channel(answer, { ...lasting, expiresAt: '2026-11-21T00:00:00.000Z' })
    await expect(linkedin.reply(ended.io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
  })

  test('that is revoked for good asks for a person', async () => {
    const { io } = channel(({ path }) => (path.endsWith('/accessToken') ? [400, { error: 'invalid_request' }] : [401, {}]), lasting)
    await expect(linkedin.reply(io, input)).rejects.toMatchObject({ kind: 'reauthorize' })
  })
})

describe('connecting', () => {
  const acls = (...ids: number[]) =>
    list(
      ...ids.map((id) => ({
        role: 'ADMINISTRATOR',
        state: 'APPROVED',
        organization: `urn:li:organization:${id}`,
        roleAssignee: 'urn:li:person:Me',
      })),
    )
  const answer =
    (pages: unknown, more: (asked: Asked) => unknown = () => undefined) =>
    (asked: Asked) => {
      if (asked.path.endsWith('/organizationAcls')) return pages
      if (asked.path.includes('/organizations/')) return { id: 2414183, localizedName: 'Fieldnote', vanityName: 'fieldnote' }
      return more(asked) ?? (asked.path.endsWith('/posts') ? list() : {})
    }
  const open = (io: Io, given: object = {}) => linkedin.connect.open(io, { accessToken: 'AQV', apiUrl: 'https://stand.test', ...given })

  test('finds the one page, or asks which', async () => {
    expect(await open(channel(answer(acls(2414183))).io)).toMatchObject({
      account: { externalId: organization, handle: 'fieldnote', name: 'Fieldnote', url: 'https://www.linkedin.com/company/fieldnote/' },
      settings: { organizationId: organization },
      credentials: { accessToken: 'AQV' },
    })
    await expect(open(channel(answer(acls(1, 2))).io)).rejects.toThrow('several pages. Enter one of: 1, 2')
    await expect(open(channel(answer(acls())).io)).rejects.toThrow('administers no page')
    await expect(open(channel(answer(acls(1))).io, { organizationId: '7' })).rejects.toThrow('does not administer the page 7')
    const address = { organizationId: 'https://www.linkedin.com/company/2414183/admin/' }
    expect(
      await open(channel(answer([403, { status: 403, code: 'ACCESS_DENIED', message: 'Not enough permissions' }])).io, address),
    ).toMatchObject({ account: { externalId: organization } })
  })

  test('says when the token ends and what it may not do, where the app tells', async () => {
    const seen = { active: true, expires_at: 1_800_000_000, scope: 'r_organization_social,rw_organization_admin' }
    const { io } = channel(answer(acls(2414183), ({ path }) => (path.endsWith('/introspectToken') ? seen : undefined)))
    expect(await open(io, { clientId: '86', clientSecret: 's' })).toMatchObject({
      tokenExpiresAt: '2027-01-15T08:00:00.000Z',
      appId: '86',
      cannot: ['reply', 'like', 'remove', 'editReply'],
    })
  })

  test('subscribes to what happens on the page, and takes that back', async () => {
    const { io, asked } = channel(answer(acls(2414183)))
    const { settings } = await open(io, { applicationId: '123', webhookUrl: 'https://inbox.example.org/webhooks/linkedin' })
    const key =
      '(developerApplication:urn%3Ali%3AdeveloperApplication%3A123,user:urn%3Ali%3Aperson%3AMe,entity:urn%3Ali%3Aorganization%3A2414183,eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)'
    expect(asked.at(-1)).toMatchObject({
      method: 'PUT',
      path: `/rest/eventSubscriptions/${key}`,
      body: { webhook: 'https://inbox.example.org/webhooks/linkedin' },
    })
    expect(settings.webhook).toBe('on')
    await linkedin.connect.close!({ ...io, settings })
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: `/rest/eventSubscriptions/${key}` })
  })

  test('a login gives every page to choose among, with what renews its token', async () => {
    const tokens = {
      access_token: 'AQVnew',
      expires_in: 5_184_000,
      refresh_token: 'AQX',
      refresh_token_expires_in: 31_536_000,
      scope: 'rw_organization_admin,w_organization_social',
    }
    const { io, asked } = channel(answer(acls(2414183, 5), ({ path }) => (path.endsWith('/accessToken') ? tokens : undefined)))
    const settings = { apiUrl: 'https://stand.test' }
    const grant = { settings, client: { id: '86', secret: 's' }, redirectUrl: 'https://inbox.example.org/o', code: 'c', codeVerifier: 'v' }
    const accounts = await linkedin.connect.oauth!.exchange(io, grant)
    expect(asked[0]).toMatchObject({
      path: '/www.linkedin.com/oauth/v2/accessToken',
      body: { grant_type: 'authorization_code', code: 'c', client_secret: 's' },
    })
    expect(accounts.map(({ externalId, trouble }) => [externalId, trouble])).toEqual([
      [organization, undefined],
      ['urn:li:organization:5', undefined],
    ])
    const connected = await linkedin.connect.open(io, accounts[0]!.settings)
    expect(connected).toMatchObject({
      credentials: { refreshToken: 'AQX', clientSecret: 's' },
      tokenExpiresAt: '2027-11-22T12:00:00.000Z',
      appId: '86',
    })
  })
})
