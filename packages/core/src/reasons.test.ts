import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reasonFaults } from './reason-edits.ts'
import { builtInReasons, reasonsInUse, stampOf, type Reason } from './reasons.ts'

const own: Reason = { id: 'own', name: 'Asked in the shop', class: 'not_owed', needs: null, retired: false }
const faultsOf = (after: Reason[], before: readonly Reason[] = builtInReasons) => reasonFaults(before, after).map((each) => each.name)
const but = (id: string, change: Partial<Reason>): Reason[] =>
  builtInReasons.map((each) => (each.id === id ? { ...each, ...change } : each))

test('the built-in ones are nine in two classes, under the keys 1 to 9', () => {
  expect(reasonsInUse(builtInReasons).map((each) => each.id)).toEqual([
    ...['tag_or_emoji', 'thanks', 'answered_elsewhere', 'between_people', 'duplicate', 'off_topic', 'spam', 'declined', 'other'],
  ])
  expect(faultsOf([...builtInReasons])).toEqual([])
})

test('reasons may be renamed, added, retired and put in another order', () => {
  expect(faultsOf(but('thanks', { name: 'Said thank you' }))).toEqual([])
  expect(faultsOf([own, ...builtInReasons])).toEqual([])
  expect(faultsOf(but('spam', { retired: true }).toReversed())).toEqual([])
  expect(
    reasonsInUse([...but('spam', { retired: true }).toReversed(), own])
      .map((each) => each.id)
      .slice(-3),
  ).toEqual(['own', 'other', 'declined'])
})

test('none vanishes, doubles, or changes its class or what it needs', () => {
  expect(faultsOf(builtInReasons.slice(1))).toEqual(['items'])
  expect(faultsOf([...builtInReasons, builtInReasons[0]])).toEqual(['items'])
  expect(faultsOf(but('thanks', { class: 'declined' }))).toEqual(['items.1.class'])
  expect(faultsOf(but('answered_elsewhere', { needs: null }))).toEqual(['items.2.needs'])
})

test('each has a name of its own', () => {
  expect(faultsOf([{ ...own, name: null }, ...builtInReasons])).toEqual(['items.0.name'])
  expect(faultsOf([own, { ...own, id: 'other_own', name: 'asked in the SHOP' }, ...builtInReasons])).toEqual(['items.1.name'])
  expect(faultsOf([own, { ...own, id: 'other_own', retired: true }, ...builtInReasons])).toEqual([])
})

test('one of each class and one that asks for words stay, and thirty are enough', () => {
  const retired = (keep: (reason: Reason) => boolean) => builtInReasons.map((each) => ({ ...each, retired: !keep(each) }))
  expect(faultsOf(retired((each) => each.class === 'declined'))).toEqual(['items'])
  expect(faultsOf(retired((each) => each.class === 'not_owed'))).toEqual(['items', 'items'])
  expect(faultsOf(retired((each) => each.id !== 'other'))).toEqual(['items'])
  expect(faultsOf([...builtInReasons, ...Array.from({ length: 22 }, (_, at) => ({ ...own, id: `${at}`, name: `Own ${at}` }))])).toEqual([
    'items',
  ])
})

test('whatever is edited later, what was stamped stays, and its reason is still known with the class it had', () => {
  const edit = fc.record({
    at: fc.nat({ max: 40 }),
    name: fc.string({ minLength: 1, maxLength: 20 }),
    what: fc.constantFrom('rename', 'retire', 'offer', 'add', 'turn round', 'drop', 'reclass'),
  })
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 25 }), fc.array(fc.nat({ max: 40 }), { maxLength: 25 }), (edits, choices) => {
      let list: Reason[] = [...builtInReasons]
      const stamps: ReturnType<typeof stampOf>[] = []
      const said: string[] = []
      for (const [round, each] of edits.entries()) {
        const offered = reasonsInUse(list)
        const stamp = stampOf(offered[(choices[round] ?? 0) % offered.length]!)
        stamps.push(stamp)
        said.push(JSON.stringify(stamp))
        const next = edited(list, each, round)
        if (reasonFaults(list, next).length === 0) list = next
      }
      expect(stamps.map((stamp) => JSON.stringify(stamp))).toEqual(said)
      for (const stamp of stamps) expect(list.find((reason) => reason.id === stamp.reason)?.class).toBe(stamp.class)
      expect(new Set(reasonsInUse(list).map((reason) => reason.class))).toEqual(new Set(['not_owed', 'declined']))
    }),
    { numRuns: 100 },
  )
})

function edited(list: Reason[], { at, name, what }: { at: number; name: string; what: string }, round: number): Reason[] {
  const index = at % list.length
  const change = (to: Partial<Reason>) => list.map((each, here) => (here === index ? { ...each, ...to } : each))
  if (what === 'rename') return change({ name })
  if (what === 'retire') return change({ retired: true })
  if (what === 'offer') return change({ retired: false })
  if (what === 'add') return [...list, { ...own, id: `own ${round}`, name }]
  if (what === 'drop') return list.filter((_, here) => here !== index)
  return what === 'reclass' ? change({ class: 'declined' }) : list.toReversed()
}
