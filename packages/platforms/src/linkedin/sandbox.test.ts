import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '@answerback/sandbox/sandbox'
import type { Sandbox } from '@answerback/sandbox/sandbox'
import { speak } from '@answerback/sandbox/world/speak'
import type { Connected, Io } from '../platform.ts'
import { linkedin } from './adapter.ts'

const redirectUrl = 'https://inbox.example.org/oauth/linkedin'
const startedAt = new Date()
/** It stands still: how long a busy machine takes must not matter. */
const now = (): Date => startedAt

async function start(): Promise<{ sandbox: Sandbox; given: Record<string, string> }> {
  const sandbox = await startSandbox({ port: 0, only: ['linkedin'] })
  onTestFinished(() => sandbox.close())
  return { sandbox, given: sandbox.platforms.find(({ id }) => id === 'linkedin')!.settings }
}

function ioOf({ account, settings, credentials }: Connected): Io {
  const self = { accountId: account.externalId, handle: account.handle, ownedIds: [account.externalId], host: 'www.linkedin.com' }
  const io: Io = { fetch, now, settings, credentials, save: async (renewed) => void (io.credentials = renewed), self }
  return io
}

async function factsOf(io: Io, cursor: unknown = null, posts: string[] = []) {
  const result = await linkedin.poll(io, { cursor, posts: posts.map((externalId) => ({ externalId, ref: {} })), open: [] })
  const receivedAt = now().toISOString()
  return { ...result, facts: result.pages.flatMap((page) => linkedin.normalize({ ...page, receivedAt }, io.self).facts) }
}

test('a login at the pretend one ends in the page and a connection of a year; a code is good once', async () => {
  const { sandbox, given } = await start()
  const { clientId: id, clientSecret: secret } = sandbox.secrets.linkedin
  const settings = { apiUrl: given.apiUrl! }
  const { oauth, open } = linkedin.connect
  const url = new URL(oauth!.authorizeUrl({ settings, clientId: id, redirectUrl, state: 's', codeChallenge: 'c' }))
  const body = new URLSearchParams([...url.searchParams, ['answer', 'allow']])
  const back = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(back.headers.get('location')!).searchParams.get('code')!
  const grant = { settings, client: { id, secret }, redirectUrl, code, codeVerifier: 'v' }
  const [account] = await oauth!.exchange({ fetch, now }, grant)
  expect(account).toMatchObject({ externalId: `urn:li:organization:${sandbox.secrets.linkedin.organizationId}`, name: 'Fieldnote' })
  const connected = await open({ fetch, now }, account!.settings)
  expect(connected).toMatchObject({ account: { handle: 'fieldnote' }, appId: id })
  expect(connected.cannot).toBeUndefined()
  expect(Math.round((Date.parse(connected.tokenExpiresAt!) - now().getTime()) / 86_400_000)).toBe(365)
  await expect(oauth!.exchange({ fetch, now }, grant)).rejects.toMatchObject({ kind: 'rejected' })
})

describe('an app', () => {
  test('without the product says so when a page is connected', async () => {
    const { sandbox, given } = await start()
    sandbox.faults.setQuirks({ lacksProduct: true })
    await expect(linkedin.connect.open({ fetch, now }, given)).rejects.toThrow('Community Management API')
  })

  test('whose version is no more says so, and which', async () => {
    const { sandbox, given } = await start()
    sandbox.faults.setQuirks({ sunsetsVersions: true })
    await expect(linkedin.connect.open({ fetch, now }, { ...given, version: '202601' })).rejects.toThrow('version 202601')
  })

  test('reads the same whatever LinkedIn leaves open: URNs, names, the order of comments', async () => {
    const { sandbox, given } = await start()
    const post = sandbox.world.posts('linkedin', true)[0]!
    const asked = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Ana' }, text: 'Do you ship?', parentId: post.id })
    const below = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Bo' }, text: 'Me too', parentId: asked.id })
    const io = ioOf(await linkedin.connect.open({ fetch, now }, given))
    const usual = await factsOf(io)
    sandbox.faults.setQuirks({ saysDollarUrn: true, namelessMembers: true, newestCommentsFirst: true })
    const odd = await factsOf(io)
    const placesOf = ({ facts }: typeof usual) =>
      facts.flatMap((fact) => (fact.fact === 'message' ? [[fact.externalId, fact.parentExternalId, fact.version]] : [])).toSorted()
    expect(placesOf(odd)).toEqual(placesOf(usual))
    expect(placesOf(usual).map(([id, parent]) => [id, parent])).toEqual([
      [asked.id, post.id],
      [below.id, asked.id],
    ])
    const nameOf = ({ facts }: typeof usual) =>
      facts.flatMap((fact) => (fact.externalId === asked.id && fact.fact === 'message' ? fact.author?.name : []))
    expect([nameOf(usual), nameOf(odd)]).toEqual([['Ana'], [null]])
  })

  test('is told by webhook once it asked for that: the address answers its trying, what comes is signed, and the comment is read', async () => {
    const { sandbox, given } = await start()
    const { clientSecret: secret, applicationId } = sandbox.secrets.linkedin
    const came: { headers: Record<string, string | undefined>; body: Buffer }[] = []
    const server = createServer((request, response) => {
      const query = Object.fromEntries(new URL(request.url!, 'http://here').searchParams)
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => void chunks.push(chunk))
      request.on('end', () => {
        const answer = request.method === 'GET' ? linkedin.webhook!.challenge({ secret, verifyToken: '' }, query) : null
        if (request.method === 'POST') came.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) })
        response.setHeader('content-type', answer?.type ?? 'text/plain')
        response.end(answer?.body ?? '')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/linkedin`
    const connected = await linkedin.connect.open({ fetch, now }, { ...given, applicationId, webhookUrl })
    expect(connected.settings.webhook).toBe('on')
    const io = ioOf(connected)
    const first = await factsOf(io)
    const post = sandbox.world.posts('linkedin', true)[0]!
    const asked = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Ana' }, text: 'Do you ship?', parentId: post.id })
    await expect.poll(() => came.length, { timeout: 20_000 }).toBe(1)
    const [{ headers, body } = came[0]!] = came
    expect(linkedin.webhook!.verify(secret, headers, body, { now: now(), url: webhookUrl })).toBe(true)
    const [entry] = linkedin.webhook!.entries(body.toString(), {})
    expect(entry!.accountExternalId).toBe(connected.account.externalId)
    const { wanted } = linkedin.normalize({ kind: 'webhook', request: {}, body: entry!.body, receivedAt: now().toISOString() }, io.self)
    const { pages } = await linkedin.poll(io, { cursor: first.cursor, posts: [{ externalId: post.id, ref: {} }], open: [], wanted })
    expect(pages.map(({ kind }) => kind)).toEqual(['comment'])
    const [fact] = linkedin.normalize({ ...pages[0]!, receivedAt: now().toISOString() }, io.self).facts
    expect(fact).toMatchObject({ externalId: asked.id, parentExternalId: post.id })
    await linkedin.connect.close!(io)
    expect(sandbox.webhooks.of('linkedin').target).toBeNull()
  })

  test('that answers with the same words again is not told that it was refused, since they may be its own', async () => {
    const { sandbox, given } = await start()
    sandbox.faults.setQuirks({ refusesDuplicates: true })
    const post = sandbox.world.posts('linkedin', true)[0]!
    const asked = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Ana' }, text: 'Do you ship?', parentId: post.id })
    const io = ioOf(await linkedin.connect.open({ fetch, now }, given))
    const target = {
      externalId: asked.id,
      parentExternalId: post.id,
      postExternalId: post.id,
      ref: {},
      authorExternalId: null,
      authorHandle: null,
      private: false,
    }
    const createdAt = now().toISOString()
    const input = { target, text: 'We do', key: 'k', createdAt, since: createdAt }
    const sent = await linkedin.reply(io, input)
    await expect(linkedin.reply(io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
    expect(await linkedin.find(io, input)).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId } })
    await expect(linkedin.reply(io, { ...input, text: 'x'.repeat(1_300) })).rejects.toMatchObject({ kind: 'rejected' })
  })
})
