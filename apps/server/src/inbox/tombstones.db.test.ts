import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, speak } from '@answerback/sandbox/world/speak'
import type { Item, PlatformId } from '@answerback/sandbox/world/item'
import type { ConversationRow } from '@answerback/core/api'
import { connectAll, openWorld, type World } from '../../test/world.ts'

/** What somebody takes back leaves every place where anybody could still read it, at once, whichever way we learn of it. */
let world: World
/** Each row as open browsers were told last. */
const told = new Map<string, ConversationRow>()

beforeAll(async () => {
  world = await openWorld()
  const { publish } = world.ctx
  world.ctx.publish = (workspaceId, frame) => {
    for (const row of frame.rows) told.set(row.id, row)
    return publish(workspaceId, frame)
  }
  await connectAll(world)
  await world.drain({ polls: true })
}, 60_000)
afterAll(() => world?.close())

const owner = async (path: string) => {
  const response = await fetch(`${world.url}${path}`, { headers: { authorization: `Bearer ${world.keys.owner}` } })
  return { status: response.status, text: await response.text() }
}

async function rowWith(word: string): Promise<ConversationRow | null> {
  const { text } = await owner('/api/v1/conversations?state=all&sort=newest&limit=100')
  return (JSON.parse(text).items as ConversationRow[]).find((row) => JSON.stringify(row).includes(word)) ?? null
}

/** The places in which a word can be read, of all that anybody may ask for; `since` is from where an open browser catches up. */
async function placesOf(word: string, about: { conversationId: string; replyIds?: string[]; since: number }): Promise<string[]> {
  const paths = [
    `/api/v1/search?q=${word}`,
    `/api/v1/conversations/${about.conversationId}`,
    '/api/v1/export/conversations.csv',
    '/api/v1/export/conversations.ndjson',
    `/api/v1/changes?since=${about.since}`,
    ...['waiting', 'snoozed', 'answered', 'closed', 'moderated', 'withdrawn', 'all'].map(
      (state) => `/api/v1/conversations?state=${state}&limit=100`,
    ),
    ...(about.replyIds ?? []).map((id) => `/api/v1/replies/${id}`),
  ]
  const found: string[] = []
  for (const path of paths) {
    const { status, text } = await owner(path)
    expect(status, path).toBe(200)
    if (text.includes(word)) found.push(path.replace(/\?.*|[0-9a-f-]{36}/g, ''))
  }
  if (JSON.stringify([...told.values()]).includes(word)) found.push('frames')
  return [...new Set(found)]
}

async function seqNow(): Promise<number> {
  return JSON.parse((await owner('/api/v1/me')).text).seq as number
}

/** Somebody asks there, with a word that nobody else uses. */
async function said(platform: PlatformId, word: string): Promise<{ item: Item; row: ConversationRow; since: number }> {
  const item = ask(world.sandbox.world, { platform, author: { name: `Fan of ${platform}` }, text: `Is there ${word} in it?` })
  for (let round = 0; round < 20; round += 1) {
    await world.drain({ polls: true })
    const row = await rowWith(word)
    if (row) return { item, row, since: await seqNow() }
    world.pass(5_000)
  }
  throw new Error(`“${word}” never arrived`)
}

const everywhere = [
  'frames',
  '/api/v1/search',
  '/api/v1/conversations/',
  '/api/v1/export/conversations.csv',
  '/api/v1/export/conversations.ndjson',
  '/api/v1/conversations',
]

test.each([
  ['a webhook tells of it', 'facebook', 'marzipan'],
  ['reading again does not find it', 'mastodon', 'nougat'],
  ['reading again does not find it', 'bluesky', 'pistachio'],
] as const)(
  'taken back by its author, when %s: %s',
  async (_how, platform, word) => {
    const { item, row, since } = await said(platform, word)
    const about = { conversationId: row.id, since }
    expect(await placesOf(word, about)).toEqual(expect.arrayContaining(everywhere))
    world.sandbox.world.remove(item)
    await world.settle(platform === 'facebook' ? 1_000 : 300_000)
    expect(await placesOf(word, about)).toEqual([])
    const { text } = await owner(`/api/v1/conversations/${row.id}`)
    expect(JSON.parse(text)).toMatchObject({ state: 'withdrawn', messages: [{ state: 'removed', text: '', earlier: [], media: [] }] })
  },
  120_000,
)

test('every version of an edited message goes with it', async () => {
  const { item, row, since } = await said('facebook', 'saffron')
  world.pass(5_000)
  world.sandbox.world.edit(item, 'Or is it turmeric?')
  await world.settle(1_000)
  const about = { conversationId: row.id, since }
  // The first version stands in the thread, behind “edited”; nothing else has it.
  expect(await placesOf('saffron', about)).toEqual(expect.not.arrayContaining(['/api/v1/search', '/api/v1/conversations']))
  expect(await placesOf('turmeric', about)).toEqual(expect.arrayContaining(everywhere))
  world.sandbox.world.remove(item)
  await world.settle(1_000)
  expect([await placesOf('saffron', about), await placesOf('turmeric', about)]).toEqual([[], []])
}, 60_000)

test('removed by us on the platform, theirs and ours', async () => {
  const { row, since } = await said('wordpress', 'liquorice')
  const sent = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text: 'Only a little cardamom.', undoSeconds: 0 },
    idempotencyKey: row.id,
  })
  await world.settle(5_000)
  const about = { conversationId: row.id, replyIds: [sent.body.id as string], since }
  expect(await placesOf('cardamom', about)).toEqual(expect.arrayContaining([...everywhere, '/api/v1/replies/']))
  const thread = JSON.parse((await owner(`/api/v1/conversations/${row.id}`)).text) as { messages: { id: string; direction: string }[] }
  const remove = (direction: string) =>
    world.request('PUT', `/api/v1/messages/${thread.messages.find((each) => each.direction === direction)!.id}/removal`, {
      body: { reason: 'spam' },
    })
  expect((await remove('out')).status).toBe(204)
  expect(await placesOf('cardamom', about)).toEqual([])
  expect((await remove('in')).status).toBe(204)
  expect(await placesOf('liquorice', about)).toEqual([])
}, 60_000)

test('what stood below goes too where the platform takes it along', async () => {
  const { item, row, since } = await said('facebook', 'caramel')
  speak(world.sandbox.world, { platform: 'facebook', author: { name: 'Somebody else' }, text: 'I taste hazelnut.', parentId: item.id })
  await world.settle(5_000)
  const about = { conversationId: row.id, since }
  expect(await placesOf('hazelnut', about)).toEqual(expect.arrayContaining(['/api/v1/search', '/api/v1/conversations/']))
  world.sandbox.world.remove(item)
  await world.settle(1_000)
  expect([await placesOf('caramel', about), await placesOf('hazelnut', about)]).toEqual([[], []])
}, 60_000)
