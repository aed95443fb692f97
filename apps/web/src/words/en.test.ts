import { builtInReasons } from '@answerback/core/reasons'
import { createTranslator } from 'use-intl/core'
import { expect, test } from 'vitest'
import { en } from './en.ts'
import { files } from './en-files.ts'
import { more } from './more.ts'

const all = flatten({ ...en, ...more, files })

test('every message is well-formed and can be said', () => {
  const problems: string[] = []
  const t = createTranslator({
    locale: 'en',
    messages: { ...en, ...more, files },
    timeZone: 'UTC',
    onError: (error) => problems.push(error.message),
  })
  const say = t.markup as (key: string, values: Record<string, unknown>) => string
  for (const [key, text] of all) {
    const names = [...text.matchAll(/\{(\w+)/g)].map((match) => [
      match[1],
      new RegExp(`\\{${match[1]}, (plural|number)`).test(text) ? 2 : 'none',
    ])
    const tags = [...text.matchAll(/<(\w+)>/g)].map((match) => [match[1], (chunks: string) => chunks])
    expect(say(key, Object.fromEntries([...names, ...tags])), key).not.toContain(key)
  }
  expect(problems).toEqual([])
})

test('every built-in reason has its words, long and short', () => {
  const keys = new Set(all.map(([key]) => key))
  expect(builtInReasons.filter(({ id }) => !keys.has(`reason.${id}`) || !keys.has(`reason.short.${id}`))).toEqual([])
})

function flatten(messages: object, prefix = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) => {
    return typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value as object, `${prefix}${key}.`)
  })
}
