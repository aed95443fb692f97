import { createTranslator } from 'use-intl/core'
import { expect, test } from 'vitest'
import { en } from '../words/en.ts'
import type { Words } from '../words/words.tsx'
import { emailLike, failuresOf, filled, longPassword } from './checks.ts'
import { targetChoices } from './targets.ts'
import { timeZones } from './time-zones.ts'

const t = createTranslator({ locale: 'en', messages: en, timeZone: 'UTC' }) as unknown as Words

test.each(['sam@fieldnote.example', ' sam+inbox@sub.fieldnote.example ', 'sám@bücher.example'])('%j passes for an address', (email) => {
  expect(emailLike(email, t)).toBeNull()
})

test.each(['', 'sam', 'sam@', '@fieldnote.example', 'sam@localhost', 'sam@a..', 'sam @fieldnote.example', 'a@b@c.example'])(
  '%j is told to be none',
  (email) => {
    expect(emailLike(email, t)).not.toBeNull()
  },
)

test('a password is long enough from ten characters, spaces included', () => {
  expect([longPassword('123456789', t), longPassword('a b c d e ', t)]).toEqual([expect.stringContaining('10'), null])
})

test('only what failed is named', () => {
  expect(failuresOf({ name: ' ', email: 'sam@fieldnote.example' }, { name: filled, email: emailLike }, t)).toEqual({
    name: 'This is needed.',
  })
})

test('a target that was set elsewhere stays among the choices, in order', () => {
  const choices = targetChoices(5_400)
  expect(choices).toContain(5_400)
  expect(choices).toEqual(choices.toSorted((a, b) => a - b))
  expect(targetChoices(7_200).filter((each) => each === 7_200)).toHaveLength(1)
})

test('the zone in use is offered even when this browser does not know it', () => {
  expect(timeZones('Etc/Unknown')).toEqual(expect.arrayContaining(['Etc/Unknown', 'Europe/Lisbon', 'UTC']))
})
