import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HiddenFact, LikeFact, MessageFact, RemovalFact } from '@answerback/core/facts'
import { mergeHidden, mergeLike, mergeMessage, mergeRemoval, type Merged, type Seen } from './merge.ts'

type About = RemovalFact | HiddenFact | LikeFact
type Sighting = { fact: MessageFact | About; seen: Seen }

/** Few instants, so that many coincide; one of them is in a future that nobody has reached. */
const instant = fc.constantFrom(0, 1, 2, 3, 4, 90).map((minute) => new Date(Date.UTC(2026, 0, 1, 12, minute)))
const text = fc.constantFrom('', 'Hello', 'Hello!', 'مرحبا')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 })

/** Of one message as platforms tell it: most of what is said of one version agrees, and everything else may differ. */
const messageFact: fc.Arbitrary<MessageFact> = fc
  .record({
    version: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom('comment' as const, 'reply' as const, 'mention' as const),
    ours: fc.boolean(),
    automated: fc.boolean(),
    parentExternalId: maybe(fc.constantFrom('p1', 'p2')),
    postExternalId: maybe(fc.constantFrom('q1', 'q2')),
    mentionsUs: fc.boolean(),
    tagsExternalId: maybe(fc.constantFrom('t1', 't2')),
    private: fc.boolean(),
    text,
    language: maybe(fc.constantFrom('en', 'ar')),
    url: maybe(fc.constantFrom('https://a.example/1', 'https://a.example/1?c=2')),
    rating: maybe(fc.constantFrom(1, 5)),
    picture: maybe(fc.constantFrom('https://cdn.example/x?sig=1', 'https://cdn.example/x?sig=2')),
    platformAt: instant,
    authorAt: maybe(instant),
    // Some platforms write milliseconds, some do not.
    editedAt: maybe(instant.chain((at) => fc.constantFrom(at.toISOString(), at.toISOString().replace('.000', '')))),
    ref: fc.dictionary(fc.constantFrom('cid', 'rootUri', 'visibility'), fc.constantFrom('1', '2')),
  })
  .map(({ picture, platformAt, authorAt, ...fact }) => ({
    ...fact,
    fact: 'message',
    externalId: 'm',
    author: null,
    platformAt: platformAt.toISOString(),
    authorAt: authorAt?.toISOString() ?? null,
    media: picture === null ? [] : [{ kind: 'image', url: picture, alt: null, previewUrl: null }],
  }))

const about: fc.Arbitrary<About> = maybe(instant).chain((at) => {
  const platformAt = at?.toISOString() ?? null
  return fc.oneof(
    fc
      .constantFrom('author' as const, 'us' as const, 'parent' as const, 'unknown' as const)
      .map((by): About => ({ fact: 'removal', externalId: 'm', by, platformAt })),
    fc.boolean().map((hidden): About => ({ fact: 'hidden', externalId: 'm', hidden, platformAt })),
    fc.boolean().map((liked): About => ({ fact: 'like', externalId: 'm', liked, platformAt })),
  )
})

const seen: fc.Arbitrary<Seen> = fc.record({ receivedAt: instant, current: fc.boolean() })
const message = fc.record({ fact: messageFact, seen })
const sightings: fc.Arbitrary<Sighting[]> = fc
  .tuple(fc.array(message, { minLength: 1, maxLength: 6 }), fc.array(fc.record({ fact: about, seen }), { maxLength: 5 }))
  .map(([messages, abouts]) => [...messages, ...abouts])

/** As ingest does: what comes before the message waits for it. */
function fold(list: Sighting[], from: Merged | null = null): Merged {
  let known = from
  const early: Sighting[] = []
  for (const one of list) {
    if (one.fact.fact === 'message') {
      known = mergeMessage(known, one.fact, one.seen)
      for (const each of early.splice(0)) known = apply(known, each)
    } else if (known === null) early.push(one)
    else known = apply(known, one)
  }
  return known!
}

function apply(known: Merged, { fact, seen }: Sighting): Merged {
  if (fact.fact === 'removal') return mergeRemoval(known, fact, seen)
  if (fact.fact === 'hidden') return mergeHidden(known, fact, seen)
  return fact.fact === 'like' ? mergeLike(known, fact, seen) : known
}

const runs = { numRuns: 3_000 }

test('any order of the same sightings gives the same message', () => {
  const orders = sightings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))
  fc.assert(
    fc.property(orders, ([list, other]) => void expect(fold(other)).toEqual(fold(list))),
    runs,
  )
})

test('seeing any of them again, at any later point, changes nothing', () => {
  const repeats = sightings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list)))
  fc.assert(
    fc.property(repeats, ([list, again]) => void expect(fold(again, fold(list))).toEqual(fold(list))),
    runs,
  )
})

test('what is stored of a message survives the way through JSON and back', () => {
  fc.assert(
    fc.property(sightings, sightings, (list, more) => {
      const stored = fold(list)
      const read: Merged = {
        ...stored,
        otherVersions: JSON.parse(JSON.stringify(stored.otherVersions)),
        ref: JSON.parse(JSON.stringify(stored.ref)),
      }
      expect(fold(more, read)).toEqual(fold([...list, ...more]))
    }),
    runs,
  )
})

test('a text that only a page showed beats an edit that a webhook had told of before', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute))
  const [first] = fc.sample(messageFact, { numRuns: 1, seed: 1 })
  const base = { ...first!, editedAt: null, ref: {}, platformAt: at(0).toISOString() }
  const edited = { ...base, version: 'b', text: 'told by webhook', editedAt: at(1).toISOString() }
  const shown = { ...base, version: 'c', text: 'on the page now' }
  const state = fold([
    { fact: edited, seen: { receivedAt: at(1), current: false } },
    { fact: shown, seen: { receivedAt: at(3), current: true } },
    { fact: { ...base, version: 'a', text: 'late news of the first' }, seen: { receivedAt: at(4), current: false } },
  ])
  expect(state.text).toBe('on the page now')
  expect(state.otherVersions.map((each) => each.text)).toEqual(['late news of the first', 'told by webhook'])
})
