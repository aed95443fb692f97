import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '@answerback/sandbox/sandbox'
import { instagram } from '../instagram/adapter.ts'
import { threads } from '../threads/adapter.ts'

/** Where a person logs in with their own account, and not for a Page. */
const logins = [
  { platform: instagram, id: 'instagram' },
  { platform: threads, id: 'threads' },
] as const

test.each(logins)('$id: a login at the pretend one ends in the account and a token of sixty days; a code is good once', async (login) => {
  const { oauth, open } = login.platform.connect
  const sandbox = await startSandbox({ port: 0 })
  onTestFinished(() => sandbox.close())
  const { appId, appSecret } = sandbox.secrets[login.id]
  const externalId = sandbox.world.brand(login.id).id
  const redirectUrl = `https://inbox.example.org/oauth/${login.id}`
  const settings = { apiUrl: sandbox.urls[login.id] }
  const url = new URL(oauth!.authorizeUrl({ settings, clientId: appId, redirectUrl, state: 's', codeChallenge: 'c' }))
  const body = new URLSearchParams([...url.searchParams, ['answer', 'allow']])
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!
  const io = { fetch, now: () => new Date() }
  const grant = { settings, client: { id: appId, secret: appSecret }, redirectUrl, code, codeVerifier: 'v' }
  const [account] = await oauth!.exchange(io, grant)
  expect(account).toMatchObject({ externalId })
  const connected = await open(io, account!.settings)
  expect(connected.account).toMatchObject({ externalId, handle: 'fieldnote' })
  expect(Math.round((Date.parse(connected.tokenExpiresAt!) - Date.now()) / 86_400_000)).toBe(60)
  await expect(oauth!.exchange(io, grant)).rejects.toMatchObject({ kind: 'rejected' })
})
