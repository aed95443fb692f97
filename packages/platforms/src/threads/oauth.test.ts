import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '@answerback/sandbox/sandbox'
import { threads } from './adapter.ts'

const redirectUrl = 'https://inbox.example.org/oauth/threads'
const { oauth, open } = threads.connect

test('a login at the pretend one ends in the account and a token of sixty days; a code is good once', async () => {
  const sandbox = await startSandbox({ port: 0 })
  onTestFinished(() => sandbox.close())
  const { appId, appSecret, userId: accountId } = sandbox.secrets.threads
  const settings = { apiUrl: sandbox.urls.threads }
  const url = new URL(oauth!.authorizeUrl({ settings, clientId: appId, redirectUrl, state: 's', codeChallenge: 'c' }))
  const body = new URLSearchParams([...url.searchParams, ['answer', 'allow']])
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!
  const io = { fetch, now: () => new Date() }
  const grant = { settings, client: { id: appId, secret: appSecret }, redirectUrl, code, codeVerifier: 'v' }
  const [account] = await oauth!.exchange(io, grant)
  expect(account).toMatchObject({ externalId: accountId })
  const connected = await open(io, account!.settings)
  expect(connected.account).toMatchObject({ externalId: accountId, handle: 'fieldnote' })
  expect(Math.round((Date.parse(connected.tokenExpiresAt!) - Date.now()) / 86_400_000)).toBe(60)
  await expect(oauth!.exchange(io, grant)).rejects.toMatchObject({ kind: 'rejected' })
})
