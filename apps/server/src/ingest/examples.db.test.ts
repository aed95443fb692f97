import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eq, sql } from 'drizzle-orm'
import type { Fact } from '@answerback/core/facts'
import { assign, close } from '../inbox/actions.ts'
import { conversationOf } from '../inbox/conversation-of.ts'
import { showConversation } from '../inbox/thread.ts'
import { listConversations } from '../inbox/list.ts'
import { changing } from '../live/change-log.ts'
import { addMember } from '../access/workspaces.ts'
import { schema as t } from '../db/schema.ts'
import { aMessage, aPost, bo, iso, minute, ours, us } from '../../test/said.ts'
import { brokenIn, openTelling, type Place, type Telling } from '../../test/telling.ts'

let world: Awaited<ReturnType<typeof openTelling>>
beforeAll(async () => {
  world = await openTelling()
})
afterAll(() => world.close())

/** One delivery a step, each taken in by itself; `at` is the minute it reached us. */
async function tell(place: Place, at: number, facts: Fact[], kind: Telling['kind'] = 'webhook'): Promise<void> {
  await place.ingest(await place.tell([{ kind, receivedAt: minute(at), facts }]))
  for (const [what, offenders] of Object.entries(await brokenIn(world.ctx, place.workspaceId))) expect(offenders, what).toEqual([])
}

async function rows(place: Place) {
  return world.ctx.db.inWorkspace(
    place.workspaceId,
    async (tx) =>
      (await listConversations(tx, { state: 'all', limit: 100 } as never, { meId: place.channelId, now: world.ctx.now() })).items,
  )
}

async function threads(place: Place) {
  const list = await rows(place)
  return world.ctx.db.inWorkspace(place.workspaceId, async (tx) => {
    const shown = []
    for (const row of list) shown.push(await showConversation(world.ctx, tx, row.id))
    return shown
  })
}

describe('an edit', () => {
  test('that comes before what it edits is the text, and the wait is as long as ever', async () => {
    const place = await world.place()
    await tell(place, 1, [aMessage('m', { text: 'What colours?', version: 'b', editedAt: iso(1) })])
    await tell(place, 2, [aMessage('m', { text: 'Waht colours?', version: 'a' })])
    const [thread] = await threads(place)
    expect(thread!.messages.map((each) => [each.text, each.earlier.map((version) => version.text)])).toEqual([
      ['What colours?', ['Waht colours?']],
    ])
    expect(thread!.waitingSince).toBe(iso(0))
  })

  test('after the answer opens a turn at the edit, an immaterial one does not', async () => {
    const place = await world.place()
    await tell(place, 0, [aPost(), aMessage('m', { text: 'Do you ship' })])
    await tell(place, 5, [ours('a', { kind: 'reply', parentExternalId: 'm', platformAt: iso(5) })])
    await tell(place, 6, [aMessage('m', { text: 'Do  you ship?', version: 'b', editedAt: iso(6) })])
    expect((await rows(place)).map((row) => row.state)).toEqual(['answered'])
    await tell(place, 7, [aMessage('m', { text: 'Do you ship to Peru?', version: 'c', editedAt: iso(7) })])
    expect((await rows(place)).map((row) => [row.state, row.waitingSince, row.changedSinceAnswered])).toEqual([['waiting', iso(7), true]])
  })
})

describe('a reply before its parent', () => {
  test('keeps the older id; the other redirects, and assignee, closing and open link move along', async () => {
    const place = await world.place()
    const sam = await addMember(world.ctx, place.workspaceId, { name: 'Sam', email: 'sam@order.example', role: 'manager' })
    await tell(place, 1, [aMessage('low', { kind: 'reply', parentExternalId: 'mid', author: bo, platformAt: iso(1), mentionsUs: true })])
    const [first] = await rows(place)
    await tell(place, 2, [aMessage('top', { platformAt: iso(0) })])
    const second = (await rows(place)).find((row) => row.id !== first!.id)!
    await changing(world.ctx, place.workspaceId, async (change) => {
      await assign(world.ctx, change, { byId: sam, conversationId: second.id }, sam)
      await close(world.ctx, change, { byId: sam, conversationId: second.id }, { reason: 'thanks' })
    })

    await tell(place, 3, [aMessage('mid', { kind: 'reply', parentExternalId: 'top', platformAt: iso(0), text: 'between' })])
    const threadsNow = await threads(place)
    expect(threadsNow.map((thread) => thread.id)).toEqual([first!.id])
    const [thread] = threadsNow
    expect(thread!.messages.map((each) => each.externalId).toSorted()).toEqual(['low', 'mid', 'top'])
    expect(thread!.assigneeId).toBe(sam)
    expect(thread!.turns.filter((turn) => turn.state === 'closed').map((turn) => turn.reason)).toEqual(['thanks'])
    expect(thread!.events.map((event) => event.what)).toEqual(['assigned', 'closed'])
    const opened = await world.ctx.db.inWorkspace(place.workspaceId, (tx) => conversationOf(tx, second.id))
    expect(opened.id).toBe(first!.id)
  })

  test('over three threads leaves one, and every older link opens it at once', async () => {
    const place = await world.place()
    await tell(place, 1, [aMessage('d', { mentionsUs: true, kind: 'reply', parentExternalId: 'c' })])
    await tell(place, 1, [aMessage('b', { mentionsUs: true, kind: 'reply', parentExternalId: 'a' })])
    await tell(place, 1, [aMessage('e', { mentionsUs: true, kind: 'reply', parentExternalId: 'a' })])
    const before = await rows(place)
    expect(before).toHaveLength(3)
    await tell(place, 2, [aMessage('c', { kind: 'reply', parentExternalId: 'b' })])
    await tell(place, 3, [aMessage('a', {})])
    const [left, ...others] = await rows(place)
    expect(others).toEqual([])
    expect(left!.id).toBe(before.map((row) => row.id).toSorted()[0])
    for (const { id } of before) {
      const opened = await world.ctx.db.inWorkspace(place.workspaceId, (tx) => conversationOf(tx, id))
      expect(opened.id).toBe(left!.id)
    }
  })

  test('that is named only later joins it then', async () => {
    const place = await world.place()
    await tell(place, 1, [aMessage('top'), aMessage('low', { kind: 'reply', parentExternalId: null, mentionsUs: true })])
    expect(await rows(place)).toHaveLength(2)
    await tell(place, 2, [aMessage('low', { kind: 'reply', parentExternalId: 'top' })], 'page')
    expect((await threads(place)).map((thread) => thread.messages.length)).toEqual([2])
  })
})

describe('a reply that says more than its parent', () => {
  test('brings their conversation under the post it names, whichever came first', async () => {
    const [parent, child] = [
      aMessage('m0', { kind: 'reply', parentExternalId: 'never told', postExternalId: null }),
      aMessage('m1', { kind: 'reply', parentExternalId: 'm0' }),
    ]
    for (const order of [
      [parent, child],
      [child, parent],
    ]) {
      const place = await world.place()
      await tell(place, 1, [aPost()])
      for (const each of order) await tell(place, 2, [each])
      expect((await rows(place)).map((row) => [row.state, row.post?.text])).toEqual([['waiting', 'post post']])
    }
  })
})

describe('our own words', () => {
  test('that turn out to be a post part their replies into conversations of their own', async () => {
    const place = await world.place()
    await tell(place, 1, [ours('part', { parentExternalId: 'post', text: 'Part two' })])
    await tell(place, 2, [
      aMessage('x', { kind: 'reply', parentExternalId: 'part' }),
      aMessage('y', { kind: 'reply', parentExternalId: 'part', author: bo }),
    ])
    await tell(place, 2, [aMessage('z', { kind: 'reply', parentExternalId: 'y' })])
    expect(await rows(place)).toHaveLength(1)
    await tell(place, 3, [aPost()])
    const shown = (await threads(place)).toSorted((a, b) => a.messages.length - b.messages.length)
    expect(shown.map((thread) => thread.messages.map((each) => each.externalId).toSorted())).toEqual([['x'], ['y', 'z']])
    expect(shown.map((thread) => [thread.post?.text, thread.kind])).toEqual([
      ['Part two', 'comment'],
      ['Part two', 'comment'],
    ])
  })

  test('in a thread of our own that arrives backwards are all posts', async () => {
    const place = await world.place()
    await tell(place, 1, [aMessage('x', { kind: 'reply', parentExternalId: 'part3' })])
    await tell(place, 2, [ours('part3', { parentExternalId: 'part2' })])
    await tell(place, 3, [ours('part2', { parentExternalId: 'post' })])
    await tell(place, 4, [aPost()])
    expect((await threads(place)).map((thread) => [thread.messages.map((each) => each.externalId), thread.post?.text])).toEqual([
      [['x'], 'part3'],
    ])
    const { rows: posts } = await world.ctx.db.inWorkspace(place.workspaceId, (tx) =>
      tx.execute<{ external_id: string }>(sql`select external_id from post order by external_id`),
    )
    expect(posts.map((row) => row.external_id)).toEqual(['part2', 'part3', 'post'])
  })

  test('seen once through a webhook and once on a page end a turn once', async () => {
    const place = await world.place()
    await tell(place, 0, [aPost(), aMessage('m')])
    for (const kind of ['webhook', 'page', 'webhook'] as const)
      await tell(place, 5, [ours('a', { kind: 'reply', parentExternalId: 'm', platformAt: iso(4), text: 'Yes.' })], kind)
    const [thread] = await threads(place)
    expect(thread!.turns.map((turn) => [turn.state, turn.source, turn.seconds])).toEqual([['answered', 'native', 240]])
  })
})

describe('a removal', () => {
  test('that only shows as an absence is taken back when it is seen again, one that was told is not', async () => {
    const place = await world.place()
    await tell(place, 1, [aPost(), aMessage('absent'), aMessage('told', { author: bo })])
    await tell(place, 2, [
      { fact: 'removal', externalId: 'absent', by: 'unknown', platformAt: null },
      { fact: 'removal', externalId: 'told', by: 'author', platformAt: iso(2) },
    ])
    const states = async () => new Map((await rows(place)).map((row) => [row.lastMessage.externalId, row.state]))
    expect(await states()).toEqual(
      new Map([
        ['absent', 'withdrawn'],
        ['told', 'withdrawn'],
      ]),
    )
    await tell(place, 3, [aMessage('absent'), aMessage('told', { author: bo })], 'page')
    expect(await states()).toEqual(
      new Map([
        ['absent', 'waiting'],
        ['told', 'withdrawn'],
      ]),
    )
    expect((await rows(place)).find((row) => row.state === 'waiting')!.waitingSince).toBe(iso(0))
  })

  test('while a reading is under way counts, although a page of that reading still showed the message', async () => {
    const place = await world.place()
    const absence = { fact: 'removal', externalId: 'm', by: 'unknown', platformAt: null } as const
    await tell(place, 1, [aPost(), aMessage('m')], 'page')
    await tell(place, 2, [aMessage('m')], 'page')
    await tell(place, 2, [absence], 'page')
    expect((await rows(place)).map(({ state }) => state)).toEqual(['withdrawn'])
    await tell(place, 3, [aMessage('m')], 'page')
    expect((await rows(place)).map(({ state }) => state)).toEqual(['waiting'])
  })

  test('and a like that come before their message count when it comes', async () => {
    const place = await world.place()
    await tell(place, 1, [
      { fact: 'like', externalId: 'm', liked: true, platformAt: iso(1) },
      { fact: 'removal', externalId: 'n', by: 'author', platformAt: iso(1) },
    ])
    await tell(place, 2, [aMessage('m'), aMessage('n', { author: bo })])
    const shown = await rows(place)
    expect(shown.map((row) => [row.lastMessage.externalId, row.state, row.acknowledged]).toSorted()).toEqual([
      ['m', 'waiting', true],
      ['n', 'withdrawn', false],
    ])
  })

  test('of a post that is seen again is taken back', async () => {
    const place = await world.place()
    const removedAt = async () =>
      (
        await world.ctx.db.inWorkspace(place.workspaceId, (tx) =>
          tx.select({ at: t.post.removedAt }).from(t.post).where(eq(t.post.externalId, 'post')),
        )
      )[0]!.at
    await tell(place, 1, [{ fact: 'removal', externalId: 'post', by: 'unknown', platformAt: null }])
    await tell(place, 0, [aPost()])
    expect(await removedAt()).toEqual(minute(1))
    await tell(place, 2, [aPost()], 'page')
    expect(await removedAt()).toBeNull()
  })
})

describe('a comment on a post that nobody told us of', () => {
  test('waits all the same, and is judged again once the post is known', async () => {
    const place = await world.place()
    await tell(place, 1, [aMessage('m', { postExternalId: 'old', parentExternalId: 'old' })])
    expect((await rows(place)).map((row) => [row.state, row.waitingSince])).toEqual([['waiting', iso(0)]])
    await tell(place, 2, [aPost('old', { ours: false })])
    expect(await rows(place)).toEqual([])
    await tell(place, 3, [aPost('old', { ours: true })])
    expect((await rows(place)).map((row) => row.state)).toEqual(['waiting'])
  })
})

describe('clocks that lie', () => {
  test('a future time counts as when it reached us; a past one counts, and nothing is skipped for it', async () => {
    const place = await world.place()
    await tell(place, 3, [
      aPost(),
      aMessage('future', { platformAt: '2091-01-01T00:00:00.000Z' }),
      aMessage('past', { author: bo, platformAt: '2019-01-01T00:00:00.000Z' }),
    ])
    expect((await rows(place)).map((row) => [row.lastMessage.externalId, row.waitingSince]).toSorted()).toEqual([
      ['future', iso(3)],
      ['past', '2019-01-01T00:00:00.000Z'],
    ])
  })
})

test('of two who write in the same instant the same one comes first, whoever reached us first', async () => {
  const said = [
    aMessage('b'),
    ...['a', 'c'].map((id) => aMessage(id, { kind: 'reply', parentExternalId: 'b', author: { ...bo, externalId: id } })),
  ]
  const shown = []
  for (const order of [said, said.toReversed()]) {
    const place = await world.place()
    await tell(place, 0, [aPost()])
    for (const message of order) await tell(place, 1, [message])
    const [thread] = await threads(place)
    const idOf = (id: string) => thread!.messages.find((each) => each.id === id)!.externalId
    shown.push([idOf(thread!.waitingMessage!.id), thread!.lastMessage.externalId, thread!.messages.map((each) => each.externalId)])
  }
  expect(shown[1]).toEqual(shown[0])
})

describe('text as hostile as it comes', () => {
  const texts: [string, string, string][] = [
    ['U+0000', 'a\u0000b', 'a\u2400b'],
    ['a lone surrogate', 'a\ud83db\udc69', 'a\ufffdb\ufffd'],
    ['10 000 emoji', '\u{1f469}\u{1f3fd}\u200d\u{1f33e}'.repeat(10_000), '\u{1f469}\u{1f3fd}\u200d\u{1f33e}'.repeat(10_000)],
    ['bidi overrides', '\u202emoc.live\u202c \u2066x\u2069', '\u202emoc.live\u202c \u2066x\u2069'],
    [
      'HTML and script',
      '<img src=x onerror=alert(1)><script>alert(1)</script>&amp;',
      '<img src=x onerror=alert(1)><script>alert(1)</script>&amp;',
    ],
    ['what SQL and templates read', "'); drop table message; -- ${x} {{x}} %s $1", "'); drop table message; -- ${x} {{x}} %s $1"],
    ['nothing at all', '', ''],
  ]
  test.each(texts)('%s is kept whole and shown as text', async (_name, said, shown) => {
    const place = await world.place()
    const author = { externalId: 'eve', handle: said, name: said, avatarUrl: null, url: null }
    await tell(place, 1, [aPost('post', { text: said }), aMessage('m', { author, text: said, language: said, ref: { note: said } })])
    const [thread] = await threads(place)
    expect(thread!.messages.map((each) => each.text)).toEqual([shown])
    expect([thread!.contact.name, thread!.post!.text, thread!.waitingMessage!.text]).toEqual([shown, shown, shown])
  })

  test('in an id is kept apart from ids that look alike', async () => {
    const place = await world.place()
    await tell(place, 1, [
      aPost(),
      aMessage('\u0061\u0301'),
      aMessage('\u00e1', { author: bo }),
      aMessage("m'--", { author: us, ours: false }),
    ])
    expect(await rows(place)).toHaveLength(3)
  })
})
