import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Fact } from '@answerback/core/facts'
import { searchQuery, type SearchHit, type SearchQuery } from '@answerback/core/search-api'
import { aMessage, aPost, bo, iso, minute, ours } from '../../test/said.ts'
import { keeps, openTelling, takes, type Place, type Telling } from '../../test/telling.ts'
import { indexWords } from './index-words.ts'
import { searchConversations } from './search.ts'

let world: Awaited<ReturnType<typeof openTelling>>
beforeAll(async () => {
  world = await openTelling()
})
afterAll(() => world.close())

/** One delivery, taken in, and its words read. */
async function tell(place: Place, at: number, facts: Fact[], kind: Telling['kind'] = 'webhook'): Promise<void> {
  await place.ingest(await place.tell([{ kind, receivedAt: minute(at), facts }]))
  await indexWords(world.ctx)
}

function page(place: Place, q: string, more: Partial<SearchQuery> = {}) {
  const query = searchQuery.parse({ q, ...more })
  return world.ctx.db.inWorkspace(place.workspaceId, (tx) => searchConversations(tx, query))
}

/** All pages, as the messages that were found. */
async function search(place: Place, q: string, more: Partial<SearchQuery> = {}): Promise<SearchHit[]> {
  const found: SearchHit[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { items, nextCursor } = await page(place, q, { ...more, ...(cursor && { cursor }) })
    found.push(...items)
    cursor = nextCursor
  }
  return found
}

const texts = async (place: Place, q: string, more: Partial<SearchQuery> = {}) =>
  (await search(place, q, more)).map((hit) => hit.message.text)

/** A comment of its own conversation, so many minutes after noon. */
const said = (id: string, at: number, text: string, more: Partial<Parameters<typeof aMessage>[1]> = {}) =>
  aMessage(id, { text, platformAt: iso(at), ...more })

describe('a search', () => {
  test('finds by words of theirs and ours, by names and by both together, newest first, and marks them', async () => {
    const place = await world.place()
    await tell(place, 9, [
      aPost(),
      said('1', 1, 'Does the strap come off?'),
      said('2', 2, 'My strap broke.', { author: bo }),
      ours('3', { kind: 'reply', parentExternalId: '2', text: 'A new strap is on its way', platformAt: iso(3) }),
      said('4', 4, '革靴はありますか'),
    ])
    expect(await texts(place, 'STRAP')).toEqual(['A new strap is on its way', 'Does the strap come off?'])
    expect(await texts(place, 'bo strap')).toEqual(['My strap broke.'])
    expect(await texts(place, '"strap come"')).toEqual(['Does the strap come off?'])
    expect(await texts(place, '革靴')).toEqual(['革靴はありますか'])
    expect(await texts(place, '靴革')).toEqual([])
    // Whoever wrote ours is the brand.
    expect(await texts(place, 'Us strap')).toEqual([])
    const [hit] = await search(place, '@ada str')
    expect(hit).toMatchObject({
      conversation: { state: 'waiting', platform: keeps.id },
      message: { direction: 'in', contact: { name: 'Ada' }, marks: [[9, 14]], nameMarks: [[0, 3]], handleMarks: [[1, 4]] },
    })
  })

  test('shows each conversation once, by its newest message with the words, page after page', async () => {
    const place = await world.place()
    const facts: Fact[] = [aPost()]
    for (let n = 0; n < 30; n += 1) {
      facts.push(said(`c${n}`, n, `ribbon ${n}`))
      facts.push(said(`r${n}`, 100 - n, `ribbon again ${n}`, { kind: 'reply', parentExternalId: `c${n}`, author: bo }))
    }
    await tell(place, 200, facts)
    const found = await search(place, 'ribbon', { limit: 7 })
    expect(found.map((hit) => hit.message.text)).toEqual(Array.from({ length: 30 }, (_, n) => `ribbon again ${n}`))
    expect(new Set(found.map((hit) => hit.conversation.id)).size).toBe(30)
    expect((await page(place, 'ribbon', { limit: 7 })).items).toHaveLength(7)
  })

  test('is narrowed by state, channel and platform', async () => {
    const place = await world.place()
    await tell(place, 9, [aPost(), said('1', 1, 'a lamp'), said('2', 2, 'one lamp', { author: bo })])
    await tell(place, 10, [ours('3', { kind: 'reply', parentExternalId: '1', text: 'Yes', platformAt: iso(10) })])
    expect(await texts(place, 'lamp', { state: 'waiting' })).toEqual(['one lamp'])
    expect(await texts(place, 'lamp', { state: 'answered' })).toEqual(['a lamp'])
    expect(await texts(place, 'lamp', { channelId: place.channelId, platform: keeps.id })).toHaveLength(2)
    expect(await texts(place, 'lamp', { platform: takes.id })).toEqual([])
  })

  test('stays behind the wall of its workspace', async () => {
    const [place, other] = [await world.place(), await world.place()]
    await tell(place, 1, [aPost(), said('1', 0, 'a secret zebra')])
    await tell(other, 1, [aPost(), said('1', 0, 'another zebra')])
    expect(await texts(place, 'zebra')).toEqual(['a secret zebra'])
    expect(await texts(other, 'zebra')).toEqual(['another zebra'])
    expect(await texts(other, 'ze', { limit: 1 })).toEqual(['another zebra'])
    const seen = await world.ctx.db.inWorkspace(other.workspaceId, async (tx) => [
      (await tx.execute(sql`select * from search_probe('''zebra''', 100)`)).rows.length,
      (await tx.execute(sql`select * from search_walk('''zebra''', now(), ${place.workspaceId}::uuid, 100, 100)`)).rows.length,
      (await tx.execute(sql`select * from search_walk_end(now(), ${place.workspaceId}::uuid, 1)`)).rows.length,
    ])
    expect(seen).toEqual([1, 1, 1])
  })

  test('finds what nearly everybody says by walking back, as it finds what few say', async () => {
    const place = await world.place()
    await tell(place, 500, [aPost(), ...Array.from({ length: 450 }, (_, n) => said(`m${n}`, n, n % 2 === 0 ? `of number${n}` : `no${n}`))])
    // `of` alone is a beginning of two letters, `of number…` is not.
    expect(await texts(place, 'of', { limit: 50 })).toEqual(Array.from({ length: 225 }, (_, n) => `of number${448 - 2 * n}`))
    expect(await texts(place, 'of number2', { limit: 50 })).toHaveLength(
      Array.from({ length: 225 }, (_, n) => `${2 * n}`).filter((n) => n.startsWith('2')).length,
    )
  }, 60_000)

  test('takes whatever is typed: too little is refused in words, nothing else fails', async () => {
    const place = await world.place()
    await tell(place, 1, [aPost(), said('1', 0, 'It’s 100% “soft”; \\ & | ! <-> (bag):* 😍')])
    for (const q of ['', ' ', 'a', '"', '\0', "'", '%', '\ud800'])
      await expect(page(place, q), q).rejects.toMatchObject({ code: 'bad_request' })
    for (const q of ["it's", '100%', '"soft"', 'bag):*', '😍', "soft' | 'x", '\\bag', '\0bag', 'soft & !bag'])
      expect([q, await texts(place, q)]).toEqual([q, q.includes('x') ? [] : [expect.stringContaining('soft')]])
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (q) => {
        const answer = await page(place, q.slice(0, 200)).catch((error: { code?: string }) => error.code)
        expect(answer === 'bad_request' || typeof answer === 'object').toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what is no longer said', () => {
  test('an edit is found by its new words and no more by the old ones', async () => {
    const place = await world.place()
    await tell(place, 1, [aPost(), said('1', 0, 'a red umbrella')])
    await place.ingest(
      await place.tell([
        { kind: 'webhook', receivedAt: minute(2), facts: [said('1', 0, 'a blue kite', { version: 'b', editedAt: iso(2) })] },
      ]),
    )
    // Even before its words are read again.
    expect(await texts(place, 'umbrella')).toEqual([])
    await indexWords(world.ctx)
    expect([await texts(place, 'umbrella'), await texts(place, 'kite')]).toEqual([[], ['a blue kite']])
  })

  test('a person is found by the name they have, from the moment it changes', async () => {
    const place = await world.place()
    await tell(place, 1, [aPost(), said('1', 0, 'hello there', { author: bo })])
    await place.ingest(
      await place.tell([
        { kind: 'webhook', receivedAt: minute(2), facts: [said('2', 1, 'me again', { author: { ...bo, name: 'Quentin' } })] },
      ]),
    )
    expect(await texts(place, 'hello quentin')).toEqual([])
    await indexWords(world.ctx)
    expect(await texts(place, 'quentin')).toEqual(['me again', 'hello there'])
    await world.ctx.db.inWorkspace(place.workspaceId, (tx) => tx.execute(sql`update contact set name = null, handle = null`))
    expect(await texts(place, 'quentin')).toEqual([])
    await indexWords(world.ctx)
    expect(await texts(place, 'hello')).toEqual(['hello there'])
  })

  test.each([
    ['taken back by its author', 'author', null],
    ['missing when it was looked for', 'unknown', null],
    ['removed by us', 'us', iso(3)],
  ] as const)('a message that was %s is not found, and one that is seen again is', async (_what, by, platformAt) => {
    const place = await world.place()
    await tell(place, 1, [aPost(), said('1', 0, 'a green lantern')])
    await place.ingest(
      await place.tell([{ kind: 'webhook', receivedAt: minute(3), facts: [{ fact: 'removal', externalId: '1', by, platformAt }] }]),
    )
    expect(await texts(place, 'lantern')).toEqual([])
    expect(await wordsKept(place)).toEqual([])
    await tell(place, 4, [said('1', 0, 'a green lantern')], 'page')
    expect(await texts(place, 'lantern')).toEqual(by === 'unknown' ? ['a green lantern'] : [])
  })

  test('what went with its parent is not found where it went, and is where it stays', async () => {
    for (const platform of [takes, keeps]) {
      const place = await world.place(platform)
      await tell(place, 1, [
        aPost(),
        said('1', 0, 'a violet above'),
        said('2', 1, 'a violet below', { kind: 'reply', parentExternalId: '1', author: bo }),
      ])
      await tell(place, 3, [{ fact: 'removal', externalId: '1', by: 'author', platformAt: iso(3) }])
      expect(await texts(place, 'violet')).toEqual(platform === takes ? [] : ['a violet below'])
    }
  })
})

test('much is read in short rounds, and workspaces take turns', async () => {
  const places = [await world.place(), await world.place()]
  for (const place of places)
    await place.ingest(
      await place.tell([
        {
          kind: 'webhook',
          receivedAt: minute(300),
          facts: [aPost(), ...Array.from({ length: 201 }, (_, n) => said(`m${n}`, n, 'a sieve'))],
        },
      ]),
    )
  let at = 0
  const ctx = { ...world.ctx, now: () => new Date((at += 600)) }
  expect(await indexWords(ctx)).toBe(400)
  expect(await Promise.all(places.map(unread))).toEqual([1, 1])
  expect([await indexWords(ctx), await indexWords(ctx)]).toEqual([2, 0])
}, 60_000)

test('what is in the index is what stands, whatever happened', async () => {
  const { rows } = await world.ctx.db.system.execute<{ id: string }>(sql`select id from workspace`)
  for (const { id } of rows) {
    const wrong = await world.ctx.db.inWorkspace(id, (tx) =>
      tx.execute(sql`
        select m.external_id from message m full join message_words w on w.message_id = m.id
        where m.gone is distinct from (w.message_id is null) or w.stale or w.platform_at <> m.platform_at or w.contact_id <> m.contact_id`),
    )
    expect(wrong.rows).toEqual([])
  }
})

async function wordsKept(place: Place): Promise<unknown[]> {
  return world.ctx.db.inWorkspace(place.workspaceId, async (tx) => (await tx.execute(sql`select words from message_words`)).rows)
}

async function unread(place: Place): Promise<number> {
  const { rows } = await world.ctx.db.inWorkspace(place.workspaceId, (tx) => tx.execute(sql`select from message_words where stale`))
  return rows.length
}
