import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, native } from '../test/a-history.ts'
import { endsAt, handles, randomHistory, reshuffled } from '../test/random-history.ts'
import { stateOf, waitingSince } from './conversation-state.ts'
import type { History, HistoryMessage, Turn } from './history.ts'
import { turnsOf } from './turns.ts'

/** Checks a law on many random conversations; a failure prints the seed and the smallest one found. */
function forAll<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds), { numRuns: 500 })
}

const find = (history: History, id: string) => history.messages.find((message) => message.id === id)
const ended = (turns: Turn[]) => turns.filter((turn) => turn.state !== 'open')
const add = (history: History, ...messages: HistoryMessage[]): History => ({ ...history, messages: [...history.messages, ...messages] })

describe('the input', () => {
  test('any order and any repetition gives the same turns', () =>
    forAll(
      randomHistory.chain((history) => fc.tuple(fc.constant(history), reshuffled(history))),
      ([history, again]) => {
        expect(turnsOf(again)).toEqual(turnsOf(history))
      },
    ))

  test('it is never changed', () =>
    forAll(randomHistory, (history) => {
      const before = structuredClone(history)
      turnsOf(history)
      expect(history).toEqual(before)
    }))
})

describe('the shape of turns', () => {
  test('every owed message is in exactly one turn, but for its edits after an answer; no other message is in any', () =>
    forAll(randomHistory, (history) => {
      const turns = turnsOf(history)
      const listed = turns.flatMap((turn) => turn.messageIds)
      for (const message of history.messages) {
        const underOurs = message.parentId !== null && find(history, message.parentId)?.ours === true
        const owed = !message.ours && message.at >= history.connectedAt && (history.onOurPost || message.mentionsUs || underOurs)
        const times = listed.filter((id) => id === message.id).length
        const changes = turns.filter((turn) => turn.changedSinceAnswered && turn.messageIds.includes(message.id)).length
        if (!owed) expect(times).toBe(0)
        else if (message.versions.length === 1) expect(times).toBe(1)
        else expect(times >= 1 && times <= 1 + changes).toBe(true)
      }
    }))

  test('a turn is of one handle, sorted by start and id, with unique ids and one first turn for each handle', () =>
    forAll(randomHistory, (history) => {
      const turns = turnsOf(history)
      for (const turn of turns) for (const id of turn.messageIds) expect(find(history, id)!.handle).toBe(turn.handle)
      expect(new Set(turns.map((turn) => turn.id)).size).toBe(turns.length)
      expect(turns).toEqual(turns.toSorted((a, b) => a.startAt - b.startAt || (a.id < b.id ? -1 : 1)))
      for (const handle of handles) {
        const own = turns.filter((turn) => turn.handle === handle)
        expect(own.map((turn) => turn.first)).toEqual(own.map((_, index) => index === 0))
      }
    }))

  test('only an open turn has no end, and none ends before it starts', () =>
    forAll(randomHistory, (history) => {
      for (const turn of turnsOf(history)) {
        expect(turn.endAt === null).toBe(turn.state === 'open')
        expect(turn.endAt ?? turn.startAt).toBeGreaterThanOrEqual(turn.startAt)
        expect(turn.endedBy !== null).toBe(turn.state === 'answered' || turn.state === 'closed')
        expect(turn.source !== null).toBe(turn.state === 'answered')
        expect(turn.closedClass !== null).toBe(turn.state === 'closed' || turn.state === 'moderated')
      }
    }))

  test('waiting since is null exactly if no turn is open, else the earliest open start', () =>
    forAll(randomHistory, (history) => {
      const turns = turnsOf(history)
      const starts = turns.filter((turn) => turn.state === 'open').map((turn) => turn.startAt)
      expect(waitingSince(turns)).toBe(starts.length === 0 ? null : Math.min(...starts))
    }))
})

describe('answers', () => {
  test('a reply or closing ends at most one turn', () =>
    forAll(randomHistory, (history) => {
      const enders = turnsOf(history).flatMap((turn) => turn.endedBy ?? [])
      expect(new Set(enders).size).toBe(enders.length)
    }))

  test('only a person answers, by a message that was not deleted by itself, privately where it is private', () =>
    forAll(randomHistory, (history) => {
      for (const turn of turnsOf(history)) {
        if (turn.state !== 'answered') continue
        const answer = find(history, turn.endedBy!)!
        expect([answer.ours, answer.automated, answer.removed?.by ?? 'parent']).toEqual([true, false, 'parent'])
        for (const id of turn.messageIds) if (find(history, id)!.private) expect(answer.private).toBe(true)
        expect(turn.source).toBe(answer.inReplyTo === null ? 'native' : 'here')
      }
    }))

  test('an answer covers only what was held then, besides the message it replies to', () =>
    forAll(randomHistory, (history) => {
      for (const turn of turnsOf(history)) {
        if (turn.state !== 'answered') continue
        const answer = find(history, turn.endedBy!)!
        for (const id of turn.messageIds) {
          const message = find(history, id)!
          if (id === answer.inReplyTo || id === answer.parentId) continue
          if (answer.sentAt === null) expect(message.at).toBeLessThanOrEqual(answer.at)
          else expect(message.receivedAt).toBeLessThanOrEqual(answer.sentAt)
        }
      }
    }))

  test('no answer comes before what it answers; where the clocks say so it is flagged', () =>
    forAll(randomHistory, (history) => {
      for (const turn of turnsOf(history)) {
        if (turn.state !== 'answered') continue
        const { at } = find(history, turn.endedBy!)!
        if (turn.endAt !== at) expect(turn.clocksDisagree).toBe(true)
        expect(turn.endAt).toBeGreaterThanOrEqual(at)
      }
    }))

  const inboundOf = (history: History) => history.messages.filter((message) => !message.ours)
  const answerLater = (history: History, parentId: string) => add(history, native('later', endsAt + 5, parentId, { private: true }))
  test('two handles are owed separately: answering one leaves every turn of the others', () =>
    forAll(randomHistory, (history) => {
      const before = turnsOf(history)
      for (const message of inboundOf(history)) {
        const after = turnsOf(answerLater(history, message.id))
        const others = (turns: Turn[]) => turns.filter((turn) => turn.handle !== message.handle)
        expect(others(after)).toEqual(others(before))
      }
    }))

  test('answering every open turn by its first message leaves nobody waiting', () =>
    forAll(randomHistory, (history) => {
      const open = turnsOf(history).filter((turn) => turn.state === 'open')
      const answers = open.flatMap((turn) =>
        turn.messageIds.map((id) => inbound(`to-${id}`, endsAt + 5, { ours: true, private: true, inReplyTo: id, sentAt: endsAt + 5 })),
      )
      expect(waitingSince(turnsOf(add(history, ...answers)))).toBe(null)
    }))
})

describe('what comes later', () => {
  const later = fc.record({ handle: fc.constantFrom(...handles, 'dan'), parent: fc.nat({ max: 20 }), private: fc.boolean() })
  const withLater = fc.tuple(randomHistory, fc.array(later, { minLength: 1, maxLength: 3 })).map(([history, list]) => ({
    history,
    after: add(
      history,
      ...list.map((one, index) =>
        inbound(`later${index}`, endsAt + 1 + index, {
          handle: one.handle,
          private: one.private,
          parentId: history.messages[one.parent]?.id ?? null,
        }),
      ),
    ),
  }))

  test('a first response, and every other ended turn, is unchanged by any later message', () =>
    forAll(withLater, ({ history, after }) => {
      expect(ended(turnsOf(after))).toEqual(ended(turnsOf(history)))
    }))

  test('an open turn keeps id and start when the person writes on', () =>
    forAll(withLater, ({ history, after }) => {
      const turns = new Map(turnsOf(after).map((turn) => [turn.id, turn]))
      for (const turn of turnsOf(history)) expect(turns.get(turn.id)).toMatchObject({ startAt: turn.startAt, state: turn.state })
    }))

  test('no id vanishes by a later answer, closing or deletion', () =>
    forAll(randomHistory, (history) => {
      const before = turnsOf(history)
      for (const message of history.messages) {
        const gone = history.messages.map((one) =>
          one === message ? { ...one, removed: one.removed ?? { by: 'author' as const, at: endsAt + 5 } } : one,
        )
        const laters: History[] = message.ours
          ? []
          : [
              add(history, native('later', endsAt + 5, message.id)),
              { ...history, closings: [...history.closings, closing('later', endsAt + 5, message.id)] },
              { ...history, messages: gone },
            ]
        for (const after of laters)
          expect(turnsOf(after).map((turn) => turn.id)).toEqual(expect.arrayContaining(before.map((turn) => turn.id)))
      }
    }))
})

describe('what ends nothing', () => {
  const withoutLikes = (history: History) => turnsOf({ ...history, likes: [] })

  test('likes: all that they change is that an open turn is acknowledged', () =>
    forAll(randomHistory, (history) => {
      const turns = turnsOf({ ...history, likes: history.messages.map((message) => ({ messageId: message.id, at: endsAt })) })
      expect(turns.map((turn) => ({ ...turn, acknowledged: false }))).toEqual(withoutLikes(history))
      for (const turn of turns) expect(turn.acknowledged).toBe(turn.state === 'open')
    }))

  test('automation: one more automated reply to anybody changes nothing', () =>
    forAll(fc.tuple(randomHistory, fc.nat({ max: 20 }), fc.integer({ min: 0, max: endsAt })), ([history, index, at]) => {
      const reply = native('bot', at, history.messages[index]?.id ?? null, { automated: true })
      expect(turnsOf(add(history, reply))).toEqual(turnsOf(history))
    }))

  test('snoozing: somebody who waits still waits, from the same instant', () =>
    forAll(randomHistory, (history) => {
      const turns = turnsOf(history)
      const open = turns.some((turn) => turn.state === 'open')
      expect(stateOf(turns, endsAt + 10, endsAt) === 'snoozed').toBe(open)
      expect(stateOf(turns, endsAt + 10, endsAt + 11) === 'waiting').toBe(open)
    }))

  test('a reopened closing, and an answer deleted by itself, are as if they had never been', () =>
    forAll(randomHistory, (history) => {
      const reopened = { ...history, closings: history.closings.map((one) => ({ ...one, reopenedAt: endsAt })) }
      expect(turnsOf(reopened)).toEqual(turnsOf({ ...history, closings: [] }))
      const deleted = history.messages.map((one) => (one.ours ? { ...one, removed: { by: 'us' as const, at: endsAt } } : one))
      const never = history.messages.map((one) => (one.ours ? { ...one, automated: true } : one))
      expect(turnsOf({ ...history, messages: deleted })).toEqual(turnsOf({ ...history, messages: never }))
    }))

  test('an edit before the answer changes no time and no end', () =>
    forAll(fc.tuple(randomHistory, fc.nat({ max: 20 }), fc.integer({ min: 0, max: endsAt })), ([history, index, at]) => {
      const plain = { ...history, messages: history.messages.map((one) => ({ ...one, versions: one.versions.slice(0, 1) })) }
      const before = turnsOf(plain)
      const message = plain.messages[index]
      if (message === undefined || message.ours) return
      const turn = before.find((one) => one.messageIds.includes(message.id))
      const answer = turn?.state === 'answered' ? find(plain, turn.endedBy!)! : null
      if (answer !== null && at > Math.max(answer.sentAt ?? answer.at, message.at)) return
      const edited = { ...message, versions: [...message.versions, { text: 'quite another thing', media: 'photo', at }] }
      expect(turnsOf({ ...plain, messages: plain.messages.map((one) => (one === message ? edited : one)) })).toEqual(before)
    }))
})

test('the random histories hold every end, source and flag, so that the laws speak of all of them', () => {
  const turns = fc.sample(randomHistory, { numRuns: 1_500, seed: 7 }).flatMap((history) => turnsOf(history))
  for (const state of ['open', 'answered', 'closed', 'moderated', 'withdrawn'])
    expect(turns.filter((turn) => turn.state === state).length).toBeGreaterThan(50)
  for (const flag of ['acknowledged', 'foundLate', 'changedSinceAnswered', 'clocksDisagree', 'assumed'] as const) {
    expect(turns.filter((turn) => turn[flag]).length).toBeGreaterThan(20)
  }
  expect(turns.filter((turn) => turn.source === 'here').length).toBeGreaterThan(50)
  expect(turns.filter((turn) => turn.source === 'native').length).toBeGreaterThan(50)
})

test('ten times the messages of a heated thread do not take anything like a hundred times the work', () => {
  let reads = 0
  const counted = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name, receiver) {
        reads += 1
        return Reflect.get(target, name, receiver)
      },
    })
  const heated = (count: number) => {
    const messages: HistoryMessage[] = []
    for (let at = 0; at < count / 2; at += 1) {
      messages.push(inbound(`m${at}`, at * 10, { handle: `h${at % 700}`, parentId: at === 0 ? null : `m${at % 50}` }))
      messages.push(native(`a${at}`, at * 10 + 5, at % 3 === 0 ? null : `m${at}`))
    }
    return aHistory(messages.map(counted))
  }
  const readsFor = (count: number) => {
    reads = 0
    expect(turnsOf(heated(count))).toHaveLength(count / 2)
    return reads
  }
  const [few, many] = [readsFor(1_000), readsFor(10_000)]
  expect(few).toBeGreaterThan(1_000)
  expect(many / few).toBeLessThan(50)
})
