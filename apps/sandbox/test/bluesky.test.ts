import { AtpAgent } from '@atproto/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let agent: AtpAgent
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  agent = new AtpAgent({ service: sandbox.urls.bluesky })
  const { identifier, appPassword: password } = sandbox.secrets.bluesky
  await agent.login({ identifier, password })
  post = sandbox.world.posts('bluesky', true)[0] as Item
})
afterEach(() => sandbox.close())

function say(text: string, parent: Item | null = post, more: object = {}): Item {
  const author = { name: 'Kai' }
  return speak(sandbox.world, { platform: 'bluesky', author, text, parentId: parent?.id ?? null, ...more })
}

async function notices(query: object = {}) {
  const { data } = await agent.listNotifications({ limit: 100, priority: false, ...query })
  return data.notifications.map(({ uri, reason, reasonSubject }) => ({ uri, reason, reasonSubject }))
}

describe('notifications', () => {
  test('one for a post: a mention before a quote before a reply', async () => {
    const all = say('@fieldnote.test and look', post, { quotedId: post.id })
    const quote = say('look', post, { quotedId: post.id })
    const mention = say('hi', null, { mention: true })
    expect(await notices()).toEqual([
      { uri: mention.id, reason: 'mention', reasonSubject: undefined },
      { uri: quote.id, reason: 'quote', reasonSubject: post.id },
      { uri: all.id, reason: 'mention', reasonSubject: undefined },
    ])
  })

  test('replies five or more levels below the brand are never notified, but stand in the thread', async () => {
    let parent = post
    const chain = Array.from({ length: 7 }, (_, n) => (parent = say(`level ${n + 1}`, parent)))
    expect((await notices()).map(({ uri }) => uri)).toEqual(
      chain
        .slice(0, 4)
        .map(({ id }) => id)
        .reverse(),
    )
    const { data } = await agent.getPostThread({ uri: post.id, depth: 20 })
    expect(JSON.stringify(data.thread)).toContain(chain[6]?.id)
  })

  test('newest first by the earlier of claimed and real time; a backdated reply lies deep', async () => {
    const first = say('now')
    const backdated = say('long ago', post, { createdAt: Date.now() - 86_400_000 })
    const future = say('from tomorrow', post, { createdAt: Date.now() + 86_400_000 })
    expect((await notices()).map(({ uri }) => uri)).toEqual([future.id, first.id, backdated.id])
  })

  test('the reasons filter runs after the limit: an empty page can carry a cursor', async () => {
    const reply = say('the only reply')
    for (const name of ['Ann', 'Ben', 'Cho', 'Dee'])
      sandbox.world.like(post, sandbox.world.person('bluesky', name, `${name.toLowerCase()}.test`).id)
    const seen: string[] = []
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const { data } = await agent.listNotifications({ limit: 2, reasons: ['reply'], priority: false, cursor })
      seen.push(...data.notifications.map(({ uri }) => uri))
      sizes.push(data.notifications.length)
      cursor = data.cursor
    } while (cursor)
    expect(seen).toEqual([reply.id])
    expect(sizes.slice(0, 2)).toEqual([0, 0])
  })

  test('a deleted comment leaves; a stuck priority preference hides all; lost ones stay lost', async () => {
    sandbox.world.remove(say('never mind'))
    const kept = say('still here')
    expect((await notices()).map(({ uri }) => uri)).toEqual([kept.id])
    sandbox.faults.setQuirks({ priorityPreference: true, lostNotifications: 1 })
    say('lost')
    const { data } = await agent.listNotifications({ limit: 10 })
    expect(data.notifications).toEqual([])
    expect((await notices()).map(({ uri }) => uri)).toEqual([kept.id])
  })
})

describe('sessions', () => {
  test('an expired access token is 400 ExpiredToken, and the official client refreshes by itself', async () => {
    const before = agent.session?.accessJwt
    sandbox.faults.setToken('bluesky', 'expired', new Date())
    const raw = await fetch(`${sandbox.urls.bluesky}/xrpc/com.atproto.server.getSession`, {
      headers: { authorization: `Bearer ${before}` },
    })
    expect([raw.status, await raw.json()]).toEqual([400, { error: 'ExpiredToken', message: 'Token has expired' }])
    expect(await notices()).toEqual([])
    expect(agent.session?.accessJwt).not.toBe(before)
  })

  test('one refresh token used twice at once gives the same successor', async () => {
    const refresh = async () => {
      const headers = { authorization: `Bearer ${agent.session?.refreshJwt}` }
      const url = `${sandbox.urls.bluesky}/xrpc/com.atproto.server.refreshSession`
      const answer = await fetch(url, { method: 'POST', headers })
      const body = (await answer.json()) as { refreshJwt: string }
      const claims = JSON.parse(Buffer.from(body.refreshJwt.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }
      return [answer.status, claims.jti]
    }
    const [first, second] = await Promise.all([refresh(), refresh()])
    expect(first?.[0]).toBe(200)
    expect(first).toEqual(second)
  })

  test('a revoked app password opens nothing any more', async () => {
    sandbox.faults.setToken('bluesky', 'revoked', new Date())
    const { identifier, appPassword: password } = sandbox.secrets.bluesky
    await expect(new AtpAgent({ service: sandbox.urls.bluesky }).login({ identifier, password })).rejects.toMatchObject({
      status: 401,
      error: 'AuthenticationRequired',
    })
  })
})

describe('records', () => {
  test('300 graphemes pass, 301 are refused by name', async () => {
    const family = '👨‍👩‍👧‍👦'
    await expect(agent.post({ text: 'é'.repeat(300) })).resolves.toMatchObject({ cid: expect.stringMatching(/^bafyrei/) })
    await expect(agent.post({ text: family.repeat(100) })).resolves.toBeTruthy()
    await expect(agent.post({ text: 'a'.repeat(301) })).rejects.toMatchObject({ status: 400, error: 'InvalidRequest' })
    await expect(agent.post({ text: family.repeat(200) })).rejects.toMatchObject({ status: 400 })
  })

  test('getRecord finds what landed and says RecordNotFound of what did not', async () => {
    const { did } = sandbox.secrets.bluesky
    const { uri } = await agent.post({ text: 'here' })
    const rkey = uri.split('/').at(-1) ?? ''
    const found = await agent.com.atproto.repo.getRecord({ repo: did, collection: 'app.bsky.feed.post', rkey })
    expect(found.data.value).toMatchObject({ text: 'here' })
    await agent.deletePost(uri)
    await expect(agent.com.atproto.repo.getRecord({ repo: did, collection: 'app.bsky.feed.post', rkey })).rejects.toMatchObject({
      status: 400,
      error: 'RecordNotFound',
    })
  })

  test('a reply with the wrong root is accepted and shown to nobody', async () => {
    const comment = say('hello')
    const ref = { uri: comment.id, cid: comment.cid }
    await agent.post({ text: 'wrong root', reply: { root: ref, parent: ref } })
    const { data } = await agent.getPostThread({ uri: post.id })
    expect(JSON.stringify(data)).not.toContain('wrong root')
  })

  test('a threadgate hides a reply from thread and notifications', async () => {
    const rude = say('rude')
    const rkey = post.id.split('/').at(-1) ?? ''
    const record = { $type: 'app.bsky.feed.threadgate', post: post.id, createdAt: new Date().toISOString(), hiddenReplies: [rude.id] }
    const repo = sandbox.secrets.bluesky.did
    await agent.com.atproto.repo.putRecord({ repo, collection: 'app.bsky.feed.threadgate', rkey, record })
    expect(await notices()).toEqual([])
    const { data } = await agent.getPostThread({ uri: post.id })
    expect(JSON.stringify(data)).not.toContain(rude.id)
  })

  test('getPosts leaves missing posts out, an edit has another cid, a deleted parent is notFound', async () => {
    const first = say('first')
    const child = say('child', first)
    const before = first.cid
    sandbox.world.edit(child, 'child, edited')
    sandbox.world.remove(first)
    const { data } = await agent.getPosts({ uris: [first.id, child.id] })
    expect(data.posts.map(({ uri }) => uri)).toEqual([child.id])
    expect(data.posts[0]?.record).toMatchObject({ text: 'child, edited' })
    expect(child.cid).not.toBe(before)
    const thread = await agent.getPostThread({ uri: child.id })
    expect(thread.data.thread).toMatchObject({ parent: { $type: 'app.bsky.feed.defs#notFoundPost', uri: first.id } })
  })

  test('quotes, the author feed and profiles in the shapes the client checks', async () => {
    const quote = say('so good', null, { quotedId: post.id })
    const own = await agent.post({ text: 'newer' })
    expect((await agent.app.bsky.feed.getQuotes({ uri: post.id })).data.posts.map(({ uri }) => uri)).toEqual([quote.id])
    const feed = await agent.getAuthorFeed({ actor: sandbox.secrets.bluesky.did, limit: 1 })
    expect(feed.data.feed.map(({ post: { uri } }) => uri)).toEqual([own.uri])
    const rest = await agent.getAuthorFeed({ actor: sandbox.secrets.bluesky.did, cursor: feed.data.cursor })
    expect(rest.data.feed.map(({ post: { uri } }) => uri)).toEqual([post.id])
    const profiles = await agent.getProfiles({ actors: ['kai.test', sandbox.secrets.bluesky.did] })
    expect(profiles.data.profiles.map(({ handle }) => handle)).toEqual(['kai.test', 'fieldnote.test'])
  })
})
