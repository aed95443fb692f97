import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBetween } from './between.ts'
import { startChild } from './child.ts'
import { installed, type Peer } from './peer.ts'

type Json = Record<string, any>
export type Account = { did: string; handle: string; call: (nsid: string, options?: { query?: Json; body?: Json }) => Promise<Json> }

const node22 = join(installed, 'atproto/node/node_modules/node/bin/node')

export type Atproto = Peer & { fan: Account; brand: Account }

/** AT Protocol's own network on this machine: directory, account server, app view, in its own schemas of that database. `between` stands before the account server. */
export async function openAtproto(databaseUrl: string): Promise<Atproto> {
  const dir = mkdtempSync(join(tmpdir(), 'answerback-atproto-'))
  const program = fileURLToPath(new URL('atproto-network.ts', import.meta.url))
  const network = startChild(node22, [program, JSON.stringify({ installedIn: join(installed, 'atproto/network'), schema: 'peer' })], {
    PATH: process.env.PATH,
    HOME: dir,
    TMPDIR: dir,
    LOG_ENABLED: 'false',
    DB_POSTGRES_URL: databaseUrl,
    // It wants the name and does not use it.
    REDIS_HOST: '127.0.0.1:1',
  })
  const { accounts } = JSON.parse((await network.says(/^\{"accounts".*\}$/m))[0]) as { accounts: string }
  const between = await openBetween({ host: 'localhost', port: Number(new URL(accounts).port) })
  const [brand, fan] = [await signUp(accounts, 'fieldnote.test'), await signUp(accounts, 'ada.test')]
  const { password } = await brand.call('com.atproto.server.createAppPassword', { body: { name: 'Answerback' } })

  const post = (by: Account, text: string, reply?: Json): Promise<Json> =>
    by.call('com.atproto.repo.createRecord', {
      body: {
        repo: by.did,
        collection: 'app.bsky.feed.post',
        record: { $type: 'app.bsky.feed.post', text, createdAt: new Date().toISOString(), ...(reply && { reply }) },
      },
    })
  const refOf = ({ uri, cid }: Json): Json => ({ uri, cid })
  const ours = refOf(await post(brand, 'The Atlas bag is back in stock.'))
  const written = new Map<string, Json>()

  return {
    platform: 'bluesky',
    hosts: [new URL(accounts).host, new URL(between.url).host],
    settings: { service: accounts, apiUrl: between.url, identifier: brand.handle, appPassword: password },
    fan,
    brand,
    keep: between.keep,
    writes: ({ method, path }) => method === 'POST' && path.includes('putRecord'),
    async comment(text) {
      const ref = refOf(await post(fan, text, { root: ours, parent: ours }))
      written.set(ref.uri, ref)
      return { id: ref.uri, text }
    },
    answerThere: async ({ id }, text) => void (await post(brand, text, { root: ours, parent: written.get(id)! })),
    remove: async ({ id }) =>
      void (await fan.call('com.atproto.repo.deleteRecord', {
        body: { repo: fan.did, collection: 'app.bsky.feed.post', rkey: id.split('/').at(-1)! },
      })),
    async answersSeen({ id }) {
      const { thread } = await fan.call('app.bsky.feed.getPostThread', { query: { uri: id } })
      return (thread.replies ?? []).map((reply: Json) => reply.post.record.text)
    },
    async answersKept() {
      const query = { repo: brand.did, collection: 'app.bsky.feed.post', limit: '100' }
      const { records } = await fan.call('com.atproto.repo.listRecords', { query })
      return records.filter(({ value }: Json) => value.reply !== undefined).map(({ value }: Json) => value.text)
    },
    async close() {
      await between.close()
      await network.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function signUp(server: string, handle: string): Promise<Account> {
  let token: string | undefined
  const call: Account['call'] = async (nsid, { query, body } = {}) => {
    const response = await fetch(`${server}/xrpc/${nsid}?${new URLSearchParams(query).toString()}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
    const words = await response.text()
    const said = (words === '' ? {} : JSON.parse(words)) as Json
    if (!response.ok) throw new Error(`${nsid}: ${response.status} ${JSON.stringify(said)}`)
    return said
  }
  const email = `${handle.split('.')[0]}@example.org`
  const { did, accessJwt } = await call('com.atproto.server.createAccount', { body: { handle, email, password: 'only-for-tests' } })
  token = accessJwt
  return { did, handle, call }
}
