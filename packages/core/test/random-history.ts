import fc from 'fast-check'
import type { Closing, History, HistoryMessage } from '../src/history.ts'

/** Everything in a random history happens from 0 to this; what a law adds "later" happens after it. */
export const endsAt = 120

export const handles = ['ann', 'bob', 'cid']

/** Random stamped facts of one conversation, also nonsense ones: loops of parents, choices nobody knows, clocks that lie. Few instants, so that many coincide. */
export const randomHistory: fc.Arbitrary<History> = fc
  .record({
    messages: fc.array(fc.record({ seed: messageSeed(), kind: fc.constantFrom('in', 'in', 'in', 'here', 'native', 'automated') }), {
      maxLength: 14,
      size: 'max',
    }),
    closings: fc.array(closingSeed(), { maxLength: 3 }),
    likes: fc.array(fc.record({ index: index(), at: instant() }), { maxLength: 3 }),
    connectedAt: fc.constantFrom(0, 0, 20),
    onOurPost: fc.boolean(),
  })
  .map(({ messages, closings, likes, connectedAt, onOurPost }) => {
    const idOf = (at: number) => `m${at % Math.max(1, messages.length)}`
    return {
      connectedAt,
      onOurPost,
      messages: messages.map(({ seed, kind }, at) => aMessage(`m${at}`, kind, seed, idOf)),
      closings: closings.map((seed, at) => aClosing(`c${at}`, seed, idOf)),
      likes: likes.map((like) => ({ messageId: idOf(like.index), at: like.at })),
    }
  })

/** A random history in another order and with parts of it twice. */
export function reshuffled(history: History): fc.Arbitrary<History> {
  const shuffled = <T>(list: T[]) =>
    fc.shuffledSubarray(list).chain((twice) => fc.shuffledSubarray([...list, ...twice], { minLength: list.length + twice.length }))
  return fc.record({
    connectedAt: fc.constant(history.connectedAt),
    onOurPost: fc.constant(history.onOurPost),
    messages: fc
      .tuple(shuffled(history.messages), fc.infiniteStream(fc.boolean()))
      .map(([messages, flips]) =>
        messages.map((message) => ({ ...message, versions: flips.next().value ? message.versions.toReversed() : message.versions })),
      ),
    closings: shuffled(history.closings),
    likes: shuffled(history.likes),
  })
}

type Seed = ReturnType<typeof messageSeed> extends fc.Arbitrary<infer T> ? T : never
type Kind = 'in' | 'here' | 'native' | 'automated'

function instant() {
  return fc.integer({ min: 0, max: endsAt })
}

function index() {
  return fc.nat({ max: 20 })
}

/** One time in six. */
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

function messageSeed() {
  return fc.record({
    handle: fc.constantFrom(...handles),
    parent: fc.option(index(), { freq: 4 }),
    target: fc.oneof({ weight: 9, arbitrary: index() }, { weight: 1, arbitrary: fc.constant(null) }),
    private: rarely(fc.constant(true)).map((value) => value ?? false),
    mentionsUs: fc.boolean(),
    at: instant(),
    /** Mostly at once, sometimes long after. */
    lag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
    /** The send before its acknowledgement; below zero the platform's clock is behind ours. */
    sendTook: fc.integer({ min: -8, max: 8 }),
    edits: fc.array(
      fc.record({
        text: fc.constantFrom('one', 'One!', 'two'),
        media: fc.constantFrom('', '', 'photo'),
        after: fc.integer({ min: -5, max: 70 }),
      }),
      { maxLength: 2 },
    ),
    removed: rarely(fc.record({ by: fc.constantFrom('author', 'us', 'parent', 'unknown'), at: instant() })),
    hiddenAt: rarely(instant()),
    spam: fc.boolean(),
    tags: rarely(fc.constantFrom(...handles, 'nobody')),
  })
}

function aMessage(id: string, kind: Kind, seed: Seed, idOf: (index: number) => string): HistoryMessage {
  const ours = kind !== 'in'
  return {
    id,
    parentId: seed.parent === null ? null : idOf(seed.parent),
    handle: ours ? 'us' : seed.handle,
    ours,
    automated: kind === 'automated',
    private: seed.private,
    mentionsUs: !ours && seed.mentionsUs,
    at: seed.at,
    receivedAt: Math.min(endsAt, seed.at + seed.lag),
    versions: [
      { text: 'one', media: '', at: seed.at },
      ...(ours ? [] : seed.edits.map(({ text, media, after }) => ({ text, media, at: Math.min(endsAt, Math.max(0, seed.at + after)) }))),
    ],
    removed: seed.removed,
    hiddenAt: ours ? null : seed.hiddenAt,
    moderationReason: seed.spam ? 'spam' : null,
    inReplyTo: kind === 'here' ? (seed.target === null ? 'nowhere' : idOf(seed.target)) : null,
    sentAt: kind === 'here' ? Math.max(0, Math.min(endsAt, seed.at - seed.sendTook)) : null,
    tags: kind === 'native' ? seed.tags : null,
  }
}

function closingSeed() {
  return fc.record({
    index: index(),
    at: instant(),
    class: fc.constantFrom('not_owed', 'declined'),
    reopenedAt: fc.option(instant(), { freq: 3 }),
  })
}

function aClosing(
  id: string,
  seed: ReturnType<typeof closingSeed> extends fc.Arbitrary<infer T> ? T : never,
  idOf: (index: number) => string,
): Closing {
  return { id, messageId: idOf(seed.index), at: seed.at, class: seed.class, reason: 'other', reopenedAt: seed.reopenedAt }
}
