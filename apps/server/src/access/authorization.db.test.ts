import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq, sql } from 'drizzle-orm'
import { speak } from '@answerback/sandbox/world/speak'
import { schema as t } from '../db/schema.ts'
import { openOtherWorkspace } from '../../test/busy.ts'
import { join, type Joined } from '../../test/visitor.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { addPlatformApp } from './platform-apps.ts'
import { seal } from './secrets.ts'

let world: World
let olga: Joined
beforeEach(async () => {
  world = await openWorld()
  // A login makes five calls one after the other, the first of them cold: a busy machine may take longer than a test has patience for.
  world.ctx.fetch = fetch
  world.ctx.env.apiUrls.facebook = world.sandbox.urls.facebook
  olga = await join(world, 'Olga', 'owner')
})
afterEach(() => world.close())

async function addApp(options: { workspaceId?: string } = { workspaceId: world.workspaceId }): Promise<string> {
  const { appId, appSecret, verifyToken } = world.sandbox.secrets.facebook
  return addPlatformApp(world.ctx, 'facebook', { appId, appSecret, verifyToken }, options)
}

const mastodon = () => ({ platform: 'mastodon', settings: { url: world.sandbox.urls.mastodon } })
const begin = (body: unknown, person = olga) => person.request('POST', '/api/v1/authorizations', body)
const channels = async () =>
  (await olga.request('GET', '/api/v1/channels')).body.items as {
    id: string
    name: string
    handle: string
    state: string
    tokenExpiresAt: string | null
  }[]

/** What a person does over there: agrees (ticking these Pages), or does not. Gives the address that they are sent back to. */
async function answer(url: string, more: [string, string][]): Promise<string> {
  const { origin, pathname, searchParams } = new URL(url)
  const response = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    body: new URLSearchParams([...searchParams, ...more]),
    redirect: 'manual',
  })
  expect(response.status).toBe(302)
  return response.headers.get('location')!
}
const agreeOnMastodon = (url: string) => answer(url, [['answer', 'authorize']])
const agreeOnFacebook = (url: string, pages: string[]) =>
  answer(url, [...pages.map((id): [string, string] => ['pages[]', id]), ['answer', 'continue']])

/** A browser that follows it, with this person's cookie or without one. */
async function comeBack(url: string, person: Joined | null = olga) {
  const response = await fetch(url.split('#')[0]!, { redirect: 'manual', headers: person ? { cookie: person.cookie() } : {} })
  return { status: response.status, to: response.headers.get('location') ?? '', text: await response.text(), headers: response.headers }
}

/** The Pages of the pretend admin, by name. */
async function pages(): Promise<Record<string, string>> {
  const { userAccessToken } = world.sandbox.secrets.facebook
  const response = await fetch(`${world.sandbox.urls.facebook}/v25.0/me/accounts?fields=id,name`, {
    headers: { authorization: `Bearer ${userAccessToken}` },
  })
  const { data } = (await response.json()) as { data: { id: string; name: string }[] }
  return Object.fromEntries(data.map(({ id, name }) => [name, id]))
}

/** How many days before its connection each channel is read. */
const daysBack = async () => {
  const rows = await world.ctx.db.system.select({ backTo: t.poll.backTo }).from(t.poll).orderBy(t.poll.channelId)
  return rows.map(({ backTo }) => Math.round((world.ctx.now().getTime() - backTo!.getTime()) / 86_400_000))
}

const sealedLengths = async () =>
  (await world.ctx.db.system.select({ length: sql<number>`length(${t.oauthState.sealed})` }).from(t.oauthState)).map((row) => row.length)

describe('Mastodon', () => {
  test('an account is connected by agreeing there: its own app, PKCE, and a token with just the permissions', async () => {
    const started = await begin(mastodon())
    expect(started.status).toBe(201)
    const url = new URL(started.body.url)
    expect(url.origin + url.pathname).toBe(`${world.sandbox.urls.mastodon}/oauth/authorize`)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      redirect_uri: `${world.url}/oauth/mastodon`,
      code_challenge_method: 'S256',
    })
    const back = await comeBack(await agreeOnMastodon(started.body.url))
    const [channel] = await channels()
    expect([back.status, back.to]).toEqual([303, `/settings/channels?connected=${channel!.id}`])
    expect(back.headers.get('cache-control')).toBe('no-store')
    expect(back.headers.get('referrer-policy')).toBe('no-referrer')
    expect(channel).toMatchObject({ name: 'Fieldnote', state: 'no_delivery_yet', tokenExpiresAt: null })
    expect(await sealedLengths()).toEqual([0])
    expect(await daysBack()).toEqual([30])

    const post = world.sandbox.world.posts('mastodon', true)[0]!
    speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ada' }, text: 'Does it fold?', parentId: post.id })
    await world.settle(35_000)
    await world.drain({ polls: true })
    const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes('Does it fold'))!
    expect(
      (
        await olga.request(
          'POST',
          `/api/v1/conversations/${row.id}/replies`,
          { text: 'It does.', undoSeconds: 0 },
          { 'idempotency-key': 'k' },
        )
      ).status,
    ).toBe(202)
    await world.settle(10_000)
    expect(world.sandbox.world.journal.ledger.filter((entry) => entry.text?.includes('It does.'))).toHaveLength(1)
  })

  test('a server is asked for an app once in a while, not each time', async () => {
    const clientOf = async () => new URL((await begin(mastodon())).body.url).searchParams.get('client_id')
    const first = await clientOf()
    expect(await clientOf()).toBe(first)
    world.pass(13 * 3_600_000)
    expect(await clientOf()).not.toBe(first)
    expect((await olga.request('GET', '/api/v1/platform-apps')).body.items).toEqual([])
  })

  test('a server that knows our app by fewer permissions is asked for another one, with which people connect', async () => {
    const redirectUrl = `${world.url}/oauth/mastodon`
    const scopes = 'read:accounts read:notifications read:statuses write:statuses write:favourites'
    const registered = await fetch(`${world.sandbox.urls.mastodon}/api/v1/apps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Answerback', redirect_uris: redirectUrl, scopes, website: world.url }),
    })
    const { client_id: appId, client_secret: secret } = (await registered.json()) as Record<string, string>
    await begin(mastodon())
    // As versions kept it that did not say what was asked for.
    const [kept] = await world.ctx.db.system.select().from(t.platformApp).where(eq(t.platformApp.platform, 'mastodon'))
    const secrets = seal(world.ctx.secrets, `platform_app:${kept!.id}`, { secret, verifyToken: '' })
    const settings = { appId: appId!, server: kept!.settings.server!, redirectUrl }
    await world.ctx.db.system.update(t.platformApp).set({ settings, secrets }).where(eq(t.platformApp.id, kept!.id))

    const { url } = (await begin(mastodon())).body
    await comeBack(await agreeOnMastodon(url))
    expect(await channels()).toMatchObject([{ name: 'Fieldnote', state: 'no_delivery_yet' }])
  })

  test('disconnecting takes back the token that we asked for', async () => {
    await comeBack(await agreeOnMastodon((await begin(mastodon())).body.url))
    const [channel] = await channels()
    expect((await olga.request('DELETE', `/api/v1/channels/${channel!.id}`)).status).toBe(204)
    const calls = world.sandbox.world.journal.calls.filter((call) => call.platform === 'mastodon' && call.path.includes('/oauth/revoke'))
    expect(calls.map((call) => call.status)).toEqual([200])
  })

  test.each(['http://169.254.169.254/', 'http://[::1]/', 'file:///etc/passwd', 'localhost'])(
    'a server at %s is refused before anybody is called',
    async (url) => {
      expect(await begin({ platform: 'mastodon', settings: { url } })).toMatchObject({ status: 422, body: { code: 'host_not_allowed' } })
    },
  )

  test('a server that registers nobody is told of in words', async () => {
    const refused = await begin({ platform: 'mastodon', settings: { url: `${world.sandbox.url}/nowhere` } })
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'connection_refused', detail: expect.stringContaining('did not register us') },
    })
  })
})

describe('Facebook', () => {
  test('several Pages are offered, those chosen are connected with tokens that last, and the others are forgotten', async () => {
    await addApp()
    const ids = await pages()
    const started = await begin({ platform: 'facebook', backDays: 7 })
    expect(new URL(started.body.url).searchParams.get('scope')).toContain('pages_manage_engagement')
    const back = await comeBack(await agreeOnFacebook(started.body.url, Object.values(ids)))
    expect(back).toMatchObject({ status: 303, to: `/settings/channels?choose=${started.body.id}` })
    const offered = await olga.request('GET', `/api/v1/authorizations/${started.body.id}`)
    expect(offered.body.accounts).toMatchObject([
      { name: 'Fieldnote', connected: false, trouble: null },
      { name: 'Fieldnote Repairs', connected: false, trouble: null },
      { name: 'Fieldnote Press', trouble: expect.stringContaining('does not let you answer') },
    ])
    expect(JSON.stringify(offered.body)).not.toContain('EAA')
    const choose = (externalIds: string[]) => olga.request('PUT', `/api/v1/authorizations/${started.body.id}/accounts`, { externalIds })
    expect((await choose([ids['Fieldnote Press']!])).status).toBe(400)
    expect((await choose(['made-up'])).status).toBe(400)
    expect((await choose([ids.Fieldnote!, ids['Fieldnote Repairs']!])).body.ids).toHaveLength(2)
    const connected = await channels()
    expect(connected.map((each) => each.name).toSorted()).toEqual(['Fieldnote', 'Fieldnote Repairs'])
    expect(await daysBack()).toEqual([7, 7])
    const days = (Date.parse(connected[0]!.tokenExpiresAt!) - world.ctx.now().getTime()) / 86_400_000
    expect(Math.round(days)).toBe(90)
    expect(world.sandbox.webhooks.of('facebook').topics).toContain('feed')
    const { rows } = await world.ctx.db.system.execute(sql`select count(*)::int as count from channel where app_id is not null`)
    expect(rows).toEqual([{ count: 2 }])
    expect(await sealedLengths()).toEqual([0])
    expect(await choose([ids.Fieldnote!])).toMatchObject({ status: 422, body: { code: 'link_not_good' } })
  })

  test('connecting again keeps the channel and catches up; another Page alone is refused', async () => {
    const { facebook } = await connectAll(world)
    const ids = await pages()
    world.sandbox.faults.setToken('facebook', 'revoked', world.ctx.now())
    await world.settle(70_000)
    expect((await channels()).find((each) => each.id === facebook)!.state).toBe('needs_reauthorization')
    world.sandbox.faults.setToken('facebook', 'valid', world.ctx.now())
    const post = world.sandbox.world.posts('facebook', true)[0]!
    world.sandbox.faults.setWebhooks({ missing: 1 })
    speak(world.sandbox.world, { platform: 'facebook', author: { name: 'Ada' }, text: 'Still there?', parentId: post.id })

    const held = (await channels()).length
    const again = { platform: 'facebook', channelId: facebook }
    const wrong = await comeBack(await agreeOnFacebook((await begin(again)).body.url, [ids['Fieldnote Repairs']!]))
    expect(wrong.to).toMatch(new RegExp(`^/settings/channels\\?reconnect=${facebook}&failed=`))
    const failed = await olga.request('GET', `/api/v1/authorizations/${new URL(wrong.to, world.url).searchParams.get('failed')}`)
    expect(failed.body.problem).toBe(
      'You agreed for Fieldnote Repairs, and this channel is fieldnote. Sign in as fieldnote there, or connect the other one as a channel of its own.',
    )
    const back = await comeBack(await agreeOnFacebook((await begin(again)).body.url, Object.values(ids)))
    expect(back.to).toBe(`/settings/channels?connected=${facebook}`)
    expect(await channels()).toHaveLength(held)
    await world.settle(60_000)
    expect((await world.rows()).filter((row) => row.lastMessage.text === 'Still there?')).toHaveLength(1)
  })

  test('without an app it says what to register; with two the choice is taken', async () => {
    expect(await begin({ platform: 'facebook' })).toMatchObject({ status: 400, body: { invalidParams: [{ name: 'appId' }] } })
    const mine = await addApp()
    const other = await addPlatformApp(
      world.ctx,
      'facebook',
      { appId: '42', appSecret: 's', verifyToken: 'v' },
      { workspaceId: world.workspaceId },
    )
    const clientOf = async (appId?: string) =>
      new URL((await begin({ platform: 'facebook', appId })).body.url).searchParams.get('client_id')
    expect(await clientOf(other)).toBe('42')
    expect(await clientOf(mine)).toBe(world.sandbox.secrets.facebook.appId)
    expect((await begin({ platform: 'facebook', appId: world.workspaceId })).status).toBe(400)
  })

  test('disconnecting takes our app off the Page, unless another workspace still reads it; a refusal is said and stops nothing', async () => {
    const { facebook } = await connectAll(world)
    const { pageId, pageAccessToken } = world.sandbox.secrets.facebook
    const other = await openOtherWorkspace(world)
    const settings = { apiUrl: world.sandbox.urls.facebook, pageId, pageAccessToken }
    const twin = await world.request('POST', '/api/v1/channels', { key: other.key, body: { platform: 'facebook', settings } })
    expect(twin.status).toBe(201)
    expect((await olga.request('DELETE', `/api/v1/channels/${facebook}`)).status).toBe(204)
    expect(world.sandbox.webhooks.of('facebook').topics).toContain('feed')
    expect((await world.request('DELETE', `/api/v1/channels/${twin.body.id}`, { key: other.key })).status).toBe(204)
    expect(world.sandbox.webhooks.of('facebook').topics).toEqual([])

    expect((await olga.request('PUT', `/api/v1/channels/${facebook}/credentials`, { settings })).status).toBe(204)
    world.sandbox.faults.setToken('facebook', 'revoked', world.ctx.now())
    const told = await olga.request('DELETE', `/api/v1/channels/${facebook}`)
    expect(told).toMatchObject({ status: 200, body: { trouble: expect.stringContaining('Facebook was not told') } })
    expect((await channels()).find((each) => each.id === facebook)!.state).toBe('disconnected')
  })
})

describe('coming back', () => {
  const failedWords = async (to: string) =>
    (await olga.request('GET', `/api/v1/authorizations/${new URL(to, world.url).searchParams.get('failed')}`)).body.problem as string

  test('after not agreeing, with an error, without a code or with a wrong one says why on the screen one left', async () => {
    await addApp()
    const { 'Fieldnote Press': press } = await pages()
    const denied = await comeBack(await answer((await begin({ platform: 'facebook' })).body.url, [['answer', 'cancel']]))
    expect(denied.to).toMatch(/^\/settings\/channels\?connect=facebook&failed=/)
    expect(await failedWords(denied.to)).toBe('You did not agree at Facebook, so nothing was connected. Begin again whenever you like.')
    const state = async () => new URL((await begin(mastodon())).body.url).searchParams.get('state')!
    const to = async (query: string) => (await comeBack(`${world.url}/oauth/mastodon?state=${await state()}${query}`)).to
    expect(await failedWords(await to('&error=server_error&error_description=Out+for+lunch'))).toBe(
      'Mastodon sent you back: Out for lunch. Nothing was connected.',
    )
    expect(await failedWords(await to(''))).toBe('Mastodon sent you back without a code. Begin again.')
    expect(await failedWords(await to('&code=guessed'))).toContain('Mastodon did not accept this: ')
    const nothingTicked = await comeBack(await agreeOnFacebook((await begin({ platform: 'facebook' })).body.url, []))
    expect(await failedWords(nothingTicked.to)).toContain('showed us no account')
    const onlyRead = await comeBack(await agreeOnFacebook((await begin({ platform: 'facebook' })).body.url, [press!]))
    expect(await failedWords(onlyRead.to)).toContain('Fieldnote Press: Your role on this Page')
    expect(await channels()).toEqual([])
    expect((await sealedLengths()).every((length) => length === 0)).toBe(true)
  })

  test('with an unknown, foreign, expired or used state, or signed out, is a plain page that says what to do, and connects nothing', async () => {
    const link = await agreeOnMastodon((await begin(mastodon())).body.url)
    const nowhere = link.replace('/oauth/mastodon', '/oauth/facebook')
    for (const url of [
      `${world.url}/oauth/mastodon`,
      `${world.url}/oauth/mastodon?state=made-up&code=x`,
      `${world.url}/oauth/nothing?state=x`,
      nowhere,
    ]) {
      const unknown = await comeBack(url)
      expect([unknown.status, unknown.text.includes('not known here')]).toEqual([400, true])
    }
    const max = await join(world, 'Max', 'owner')
    const stranger = await join(world, 'Stella', 'owner', (await openOtherWorkspace(world)).key)
    for (const person of [max, stranger]) {
      const foreign = await comeBack(link, person)
      expect([foreign.status, foreign.text.includes('Somebody else began')]).toEqual([403, true])
    }
    const out = await comeBack(link, null)
    expect([out.status, out.text.includes('Sign in here')]).toEqual([401, true])
    expect(out.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await channels()).toEqual([])

    expect((await comeBack(link)).to).toContain('connected=')
    const again = await comeBack(link)
    expect([again.status, again.text.includes('finished already')]).toEqual([410, true])
    const late = await agreeOnMastodon((await begin(mastodon())).body.url)
    world.pass(15 * 60_000)
    const expired = await comeBack(late)
    expect([expired.status, expired.text.includes('took too long')]).toEqual([410, true])
    expect(await channels()).toHaveLength(1)
  })

  test('two at once with the same state: one of them connects', async () => {
    const link = await agreeOnMastodon((await begin(mastodon())).body.url)
    const statuses = (await Promise.all([comeBack(link), comeBack(link)])).map((each) => each.status)
    expect(statuses.toSorted()).toEqual([303, 410])
  })

  test('an owner who is none any more connects nothing', async () => {
    const link = await agreeOnMastodon((await begin(mastodon())).body.url)
    await world.ctx.db.system.update(t.member).set({ role: 'manager' }).where(eq(t.member.name, 'Olga'))
    expect((await comeBack(link)).status).toBe(403)
  })

  test('a key, which has no browser, is told to use a token', async () => {
    const refused = await world.request('POST', '/api/v1/authorizations', { key: world.keys.owner, body: mastodon() })
    expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining('connect by token') } })
  })

  test('what is to be chosen is for the person who left alone, and for half an hour', async () => {
    await addApp()
    const { body } = await begin({ platform: 'facebook' })
    await comeBack(await agreeOnFacebook(body.url, Object.values(await pages())))
    const max = await join(world, 'Max', 'owner')
    expect((await max.request('GET', `/api/v1/authorizations/${body.id}`)).status).toBe(404)
    world.pass(31 * 60_000)
    expect((await olga.request('GET', `/api/v1/authorizations/${body.id}`)).body.accounts).toEqual([])
  })
})
