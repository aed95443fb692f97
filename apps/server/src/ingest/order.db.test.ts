import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Author, Fact, MessageFact } from '@answerback/core/facts'
import { brokenIn, everythingOf, keeps, openTelling, takes, type Telling } from '../../test/telling.ts'

/** However the same deliveries come, in whatever order, batches and repetitions: one state. */
let world: Awaited<ReturnType<typeof openTelling>>
beforeAll(async () => {
  world = await openTelling()
})
afterAll(() => world.close())

const minute = (at: number) => new Date(Date.UTC(2026, 1, 1, 12, at))
/** Few instants, so that many coincide. */
const instant = fc.integer({ min: 0, max: 6 })
/** By the platform's clock: now and then long ago, or in a year that has not come. */
const platformInstant = fc.oneof(
  { weight: 8, arbitrary: instant.map(minute) },
  { weight: 1, arbitrary: fc.constantFrom(minute(-50_000), minute(500_000)) },
)
const people = ['ann', 'bob', 'cid'].map((name): Author => ({ externalId: name, handle: `@${name}`, name, avatarUrl: null, url: null }))

type Item = {
  id: string
  parent: string | null
  post: string | null
  author: Author | 'us' | null
  at: Date
  mentionsUs: boolean
  tags: string | null
  private: boolean
}

/** Somebody's words: below our post, below another message, below one that nobody ever tells us of, or standing alone. */
function anItem(index: number): fc.Arbitrary<Item> {
  const above = [...Array.from({ length: index }, (_, at) => `m${at}`), 'post', 'post', 'post', 'never-told', null]
  return fc
    .record({
      parent: fc.constantFrom(...above),
      author: fc.constantFrom<Item['author']>(...people, ...people, 'us', 'us', null),
      at: platformInstant,
      mentionsUs: fc.boolean(),
      tags: fc.constantFrom(null, null, 'ann', 'bob', 'stranger'),
      private: fc.constantFrom(false, false, false, false, true),
    })
    .map((item) => ({ ...item, id: `m${index}`, post: null }))
}

function isUnderPost(item: Item, items: Item[]): boolean {
  const parent = items.find((each) => each.id === item.parent)
  return parent ? isUnderPost(parent, items) : item.parent !== null
}

type Said = { fact: Fact; at: number; kind: Telling['kind'] }
const way = fc.record({ at: instant, kind: fc.constantFrom<Telling['kind']>('webhook', 'page') })

function messageFact(
  item: Item,
  version: { name: string; editedAt: Date | null },
  knows: { parent: boolean; post: boolean; author: boolean },
): MessageFact {
  const ours = item.author === 'us'
  return {
    fact: 'message',
    externalId: item.id,
    kind: item.private ? 'direct' : item.parent === null ? 'mention' : item.parent === 'post' ? 'comment' : 'reply',
    ours,
    automated: false,
    author: !knows.author
      ? null
      : ours
        ? { externalId: 'us', handle: '@us', name: 'Us', avatarUrl: null, url: null }
        : (item.author as Author | null),
    parentExternalId: knows.parent ? item.parent : null,
    postExternalId: knows.post ? item.post : null,
    mentionsUs: item.mentionsUs,
    tagsExternalId: ours ? item.tags : null,
    private: item.private,
    text: `${item.id} ${version.name}`,
    language: 'en',
    url: `https://platform.example/${item.id}`,
    media: [],
    platformAt: item.at.toISOString(),
    authorAt: null,
    editedAt: version.editedAt?.toISOString() ?? null,
    version: version.name,
    ref: { cid: version.name },
  }
}

/** All that is ever said about one item: its versions, each seen at least once, and what became of it. */
function saidOf(item: Item): fc.Arbitrary<Said[]> {
  const knows = fc.record({
    parent: fc.constantFrom(true, true, true, false),
    post: fc.constantFrom(true, true, false),
    author: fc.constantFrom(true, true, true, false),
  })
  const sighting = (version: { name: string; editedAt: Date | null }) =>
    fc.tuple(way, knows).map(([how, known]): Said => ({ ...how, fact: messageFact(item, version, known) }))
  const edit = fc.record({ name: fc.constantFrom('b', 'c'), editedAt: fc.option(instant.map(minute), { freq: 4 }) })
  const time = fc.option(
    instant.map((at) => minute(at).toISOString()),
    { freq: 2 },
  )
  const fate = time.chain((platformAt) =>
    fc.constantFrom<Fact>(
      { fact: 'removal', externalId: item.id, by: 'author', platformAt },
      { fact: 'removal', externalId: item.id, by: 'us', platformAt },
      { fact: 'removal', externalId: item.id, by: 'unknown', platformAt },
      { fact: 'hidden', externalId: item.id, hidden: true, platformAt },
      { fact: 'hidden', externalId: item.id, hidden: false, platformAt },
      { fact: 'like', externalId: item.id, liked: true, platformAt },
      { fact: 'like', externalId: item.id, liked: false, platformAt },
    ),
  )
  return fc
    .tuple(
      fc.array(sighting({ name: 'a', editedAt: null }), { minLength: 1, maxLength: 2 }),
      fc.array(edit.chain(sighting), { maxLength: 2 }),
      fc.array(
        fc.tuple(way, fate).map(([how, fact]): Said => ({ ...how, fact })),
        // Our own words may turn out to be a post, which keeps only that it is gone.
        { maxLength: item.author === 'us' ? 1 : 2 },
      ),
    )
    .map((parts) => parts.flat())
}

function postSaid(how: { at: number; kind: Telling['kind'] }, version: number): Said {
  const author = { externalId: 'us', handle: '@us', name: 'Us', avatarUrl: null, url: null }
  const words = { text: `post ${version}`, url: null, media: [], platformAt: minute(-60).toISOString(), reportedReplies: null, ref: {} }
  return { ...how, fact: { fact: 'post', externalId: 'post', ours: true, author, ...words } }
}

const history: fc.Arbitrary<Telling[]> = fc
  .integer({ min: 1, max: 5 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anItem(index))))
  .map((items) => items.map((item) => ({ ...item, post: isUnderPost(item, items) ? 'post' : null })))
  .chain((items) => fc.tuple(fc.array(fc.tuple(way, fc.nat({ max: 1 })), { maxLength: 2 }), ...items.map(saidOf)))
  .map(([posts, ...said]) => {
    const together = new Map<string, Telling>()
    // What came at one time the same way came in one delivery.
    for (const { fact, at, kind } of [...posts.map(([how, version]) => postSaid(how, version)), ...said.flat()]) {
      const telling = together.get(`${kind} ${at}`) ?? { kind, receivedAt: minute(at), facts: [] }
      telling.facts.push(fact)
      together.set(`${kind} ${at}`, telling)
    }
    return [...together.values()].toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime())
  })

/** The same deliveries in another order, some of them twice, in batches. */
function another(tellings: Telling[]): fc.Arbitrary<Telling[][]> {
  return fc.shuffledSubarray(tellings).chain((twice) => {
    const all = [...tellings, ...twice]
    return fc
      .tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: all.length, maxLength: all.length }),
      )
      .map(([order, sizes]) => {
        const [batches, left]: [Telling[][], Telling[]] = [[], [...order]]
        for (const size of sizes) if (left.length > 0) batches.push(left.splice(0, size))
        return batches
      })
  })
}

async function told(batches: Telling[][], platform: 'keeps' | 'takes', connectedAt: Date): Promise<string> {
  const place = await world.place(platform === 'keeps' ? keeps : takes, connectedAt)
  for (const batch of batches) {
    const ids = await place.tell(batch)
    await place.ingest(ids)
  }
  return place.workspaceId
}

test('any order, batching and repetition of deliveries gives one state, and nothing is ever torn', async () => {
  await fc.assert(
    fc.asyncProperty(
      history.chain((tellings) => fc.tuple(fc.constant(tellings), another(tellings))),
      fc.constantFrom<'keeps' | 'takes'>('keeps', 'takes'),
      fc.constantFrom(minute(-1_000), minute(3)),
      async ([tellings, batches], platform, connectedAt) => {
        const one = await told([tellings], platform, connectedAt)
        const other = await told(batches, platform, connectedAt)
        for (const workspaceId of [one, other])
          for (const [what, offenders] of Object.entries(await brokenIn(world.ctx, workspaceId))) expect(offenders, what).toEqual([])
        const [held, heldOther] = [await everythingOf(world.ctx, one), await everythingOf(world.ctx, other)]
        for (const what of ['posts', 'messages', 'conversations', 'turns', 'contacts'] as const)
          expect(heldOther[what], what).toEqual(held[what])
      },
    ),
    { numRuns: Number(process.env.ORDER_RUNS ?? 25), endOnFailure: false },
  )
}, 120_000)
