import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '@answerback/sandbox/sandbox'
import { facebook } from './adapter.ts'

const redirectUrl = 'https://inbox.example.org/oauth/facebook'
const { oauth, open, close } = facebook.connect

/** A login at the pretend Facebook, up to the code. */
async function login(more: { wantsProof?: boolean; ticks?: 'all'; withoutScope?: string } = {}) {
  const sandbox = await startSandbox({ port: 0 })
  onTestFinished(() => sandbox.close())
  const { appId, appSecret, pageId } = sandbox.secrets.facebook
  const settings = { apiUrl: sandbox.urls.facebook }
  const url = new URL(oauth!.authorizeUrl({ settings, clientId: appId, redirectUrl, state: 's', codeChallenge: 'c' }))
  const scope = url.searchParams.get('scope')!
  const granted = scope.split(',').filter((each) => each !== more.withoutScope)
  url.searchParams.set('scope', granted.join(','))
  const dialog = await (await fetch(url)).text()
  const ticked = more.ticks === 'all' ? [...dialog.matchAll(/name="pages\[\]" value="(\d+)"/g)].map(([, id]) => id!) : [pageId]
  const body = new URLSearchParams([...url.searchParams, ...ticked.map((id): [string, string] => ['pages[]', id]), ['answer', 'continue']])
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!
  const refused = {
    error: { message: 'API calls from the server require an appsecret_proof argument', type: 'GraphMethodException', code: 100 },
  }
  const guarded: typeof fetch = async (input, init) =>
    more.wantsProof && String(input).includes('/me') && !String(input).includes('appsecret_proof')
      ? Response.json(refused, { status: 400 })
      : fetch(input, init)
  const io = { fetch: guarded, now: () => new Date() }
  const grant = { settings, client: { id: appId, secret: appSecret }, redirectUrl, code, codeVerifier: 'v' }
  return { sandbox, io, grant }
}

test('a login ends in Page tokens that last, and the Page that was ticked', async () => {
  const { sandbox, io, grant } = await login()
  const accounts = await oauth!.exchange(io, grant)
  expect(accounts).toEqual([
    {
      externalId: sandbox.secrets.facebook.pageId,
      name: 'Fieldnote',
      settings: {
        apiUrl: sandbox.urls.facebook,
        pageId: sandbox.secrets.facebook.pageId,
        pageAccessToken: sandbox.secrets.facebook.pageAccessToken,
      },
    },
  ])
  const connected = await open(io, accounts[0]!.settings)
  expect(connected).toMatchObject({
    appId: sandbox.secrets.facebook.appId,
    credentials: { accessToken: sandbox.secrets.facebook.pageAccessToken },
  })
  const days = (Date.parse(connected.tokenExpiresAt!) - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(90)
})

test('an app that requires the proof of its secret gets it, and the channel keeps the secret for it', async () => {
  const { sandbox, io, grant } = await login({ wantsProof: true })
  const accounts = await oauth!.exchange(io, grant)
  expect(accounts).toMatchObject([{ settings: { appSecret: sandbox.secrets.facebook.appSecret } }])
  expect((await open(io, accounts[0]!.settings)).account.externalId).toBe(sandbox.secrets.facebook.pageId)
})

test('Pages reached through a Business alone are listed too, each once, also those that give no token', async () => {
  const { sandbox, io, grant } = await login({ ticks: 'all' })
  const accounts = await oauth!.exchange(io, grant)
  expect(accounts.map(({ name, trouble }) => [name, trouble ?? null])).toEqual([
    ['Fieldnote', null],
    ['Fieldnote Repairs', null],
    ['Fieldnote Press', expect.stringContaining('does not let you answer')],
    ['Fieldnote Outlet', null],
    ['Fieldnote Guild', 'Facebook gave no token for this Page.'],
  ])
  const outlet = accounts.find((each) => each.name === 'Fieldnote Outlet')!
  expect((await open(io, outlet.settings)).account).toMatchObject({ externalId: outlet.externalId, name: 'Fieldnote Outlet' })
  expect(sandbox.world.journal.calls.filter(({ path }) => path.includes('me/businesses'))).toHaveLength(1)
})

test('whoever did not let us see their Businesses has their own Pages', async () => {
  const { io, grant } = await login({ ticks: 'all', withoutScope: 'business_management' })
  const names = (await oauth!.exchange(io, grant)).map((each) => each.name)
  expect(names).toEqual(['Fieldnote', 'Fieldnote Repairs', 'Fieldnote Press'])
})

test('a code that was used is refused in Facebook’s words', async () => {
  const { io, grant } = await login()
  await oauth!.exchange(io, grant)
  await expect(oauth!.exchange(io, grant)).rejects.toMatchObject({ kind: 'rejected', message: 'This authorization code has been used.' })
})

test('closing takes our app off the Page', async () => {
  const { sandbox, io, grant } = await login()
  const [account] = await oauth!.exchange(io, grant)
  const { settings, credentials } = await open(io, account!.settings)
  expect(sandbox.webhooks.of('facebook').topics).toContain('feed')
  const self = { accountId: account!.externalId, handle: '', ownedIds: [], host: '' }
  await close!({ ...io, settings, credentials, save: async () => {}, self })
  expect(sandbox.webhooks.of('facebook').topics).toEqual([])
})
