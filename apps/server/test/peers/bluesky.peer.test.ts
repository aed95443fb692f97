import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MessageFact } from '@answerback/core/facts'
import { bluesky } from '@answerback/platforms/bluesky/adapter'
import { freshDatabase, urlOf } from '../postgres.ts'
import { connectAdapter, type Connected } from './adapter.ts'
import { openAtproto, type Atproto } from './atproto.ts'
import { describeLoop } from './loop.ts'
import { isInstalled } from './peer.ts'
import { soon } from './staff.ts'

const open = async (): Promise<Atproto> => {
  const database = await freshDatabase()
  const peer = await openAtproto(urlOf(database.owner))
  return { ...peer, close: () => peer.close().then(database.drop) }
}

describeLoop("AT Protocol's development network", isInstalled('atproto'), open)

describe.skipIf(!isInstalled('atproto'))('what the network says, and what the adapter makes of it', () => {
  let network: Atproto
  let connected: Connected
  beforeAll(async () => {
    network = await open()
    connected = await connectAdapter(bluesky, network.settings)
  })
  afterAll(() => network?.close())

  const repoOf = (by: 'fan' | 'brand', collection: string) => ({ repo: network[by].did, collection })
  const create = (collection: string, record: object, rkey?: string) =>
    network.fan.call('com.atproto.repo.createRecord', {
      body: { ...repoOf('fan', collection), rkey, record: { $type: collection, createdAt: new Date().toISOString(), ...record } },
    })
  const rkeyOf = (uri: string) => uri.split('/').at(-1)!
  const said = async (id: string): Promise<MessageFact> => {
    const seen: MessageFact[] = []
    const look = async () => {
      for (const fact of await connected.facts()) if (fact.fact === 'message' && fact.externalId === id) seen.push(fact)
      return seen.length
    }
    await expect.poll(look, soon).toBeGreaterThan(0)
    return seen[0]!
  }
  const replyTo = ({ externalId, postExternalId, ref }: MessageFact, text: string) =>
    bluesky.reply(connected.io, connected.input({ id: externalId, post: postExternalId ?? undefined, ref }, text))
  const likes = async (): Promise<number> =>
    (await network.fan.call('com.atproto.repo.listRecords', { query: repoOf('brand', 'app.bsky.feed.like') })).records.length

  test('a like, its end and a like again, faster than views follow', async () => {
    const { externalId, ref } = await said((await network.comment('Like me')).id)
    for (const [liked, count] of [
      [true, 1],
      [true, 1],
      [false, 0],
      [false, 0],
      [true, 1],
    ] as const) {
      await bluesky.like!(connected.io, { externalId, ref, liked })
      expect(await likes()).toBe(count)
    }
  })

  test('who blocks us has deleted nothing, and gets no reply', async () => {
    const comment = await said((await network.comment('Before the block')).id)
    const about = async () =>
      (await connected.facts({ open: [comment.externalId] })).filter(
        (fact) => fact.fact !== 'post' && fact.externalId === comment.externalId,
      )
    const block = await create('app.bsky.graph.block', { subject: network.brand.did })
    await expect.poll(async () => (await about()).length, soon).toBe(0)
    await expect(replyTo(comment, 'Hello?')).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('block') })
    await network.fan.call('com.atproto.repo.deleteRecord', { body: { ...repoOf('fan', 'app.bsky.graph.block'), rkey: rkeyOf(block.uri) } })
    await expect.poll(async () => (await about()).map(({ fact }) => fact), soon).toContain('message')
  })

  test('a mention and a quote are told; one that takes no replies gets none', async () => {
    const text = 'What about @fieldnote.test'
    const facets = [
      { index: { byteStart: 11, byteEnd: 26 }, features: [{ $type: 'app.bsky.richtext.facet#mention', did: network.brand.did }] },
    ]
    const { uri } = await create('app.bsky.feed.post', { text, facets })
    const mention = await said(uri)
    expect(mention).toMatchObject({ kind: 'mention', mentionsUs: true, text })
    const [post] = (await network.brand.call('app.bsky.feed.getAuthorFeed', { query: { actor: network.brand.did } })).feed
    const record = { uri: post.post.uri, cid: post.post.cid }
    const quote = await create('app.bsky.feed.post', { text: 'See this', embed: { $type: 'app.bsky.embed.record', record } })
    expect(await said(quote.uri)).toMatchObject({ kind: 'quote', mentionsUs: true })
    await create('app.bsky.feed.threadgate', { post: uri, allow: [] }, rkeyOf(uri))
    const isClosed = async () =>
      (await network.brand.call('app.bsky.feed.getPosts', { query: { uris: uri } })).posts[0].viewer?.replyDisabled === true
    await expect.poll(isClosed, soon).toBe(true)
    await expect(replyTo(mention, 'Hello')).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  })

  test('a session is renewed by its token, then by the app password, and a withdrawn one asks for a person', async () => {
    const spoil = async (spoiled: Record<string, string>): Promise<number> => {
      const saved: Record<string, string>[] = []
      const io = { ...connected.io, credentials: { ...connected.io.credentials, ...spoiled } }
      io.save = async (credentials) => void saved.push((io.credentials = credentials))
      await bluesky.poll(io, { cursor: null, posts: [], open: [] })
      return saved.length
    }
    expect(await spoil({ accessJwt: 'spoiled' })).toBe(1)
    expect(await spoil({ accessJwt: 'spoiled', refreshJwt: 'spoiled' })).toBe(1)
    await network.brand.call('com.atproto.server.revokeAppPassword', { body: { name: 'Answerback' } })
    await expect(spoil({ accessJwt: 'spoiled' })).rejects.toMatchObject({ kind: 'reauthorize' })
    await expect(connectAdapter(bluesky, network.settings)).rejects.toMatchObject({ kind: 'reauthorize' })
  })
})
