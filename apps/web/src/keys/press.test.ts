import { describe, expect, test } from 'vitest'
import { commandTable } from './commands.ts'
import { noKeys, press, type Pressed } from './press.ts'

describe('one key', () => {
  test.each([
    ['j', a('j'), 'next'],
    ['its arrow', a('ArrowDown'), 'next'],
    ['Shift means the capital', a('N', { shift: true }), 'previousWaiting'],
    ['Shift+R, which is not r', a('R', { shift: true }), 'replyPrivately'],
    ['Caps Lock changes nothing', a('J'), 'next'],
    ['a question mark, wherever it is', a('?', { shift: true, code: 'Minus' }), 'cheatSheet'],
    ['a Cyrillic layout, by the place of the key', a('о', { code: 'KeyJ' }), 'next'],
    ['a Dvorak layout, by the letter', a('j', { code: 'KeyC' }), 'next'],
    ['Ctrl+K', a('k', { ctrl: true }), 'palette'],
    ['Ctrl+K from a text field', a('k', { ctrl: true, editing: true }), 'palette'],
    ['holding j', a('j', { repeat: true }), 'next'],
    ['Enter in the list', a('Enter'), 'open'],
  ])('%s', (_name, pressed, command) => {
    expect(press(noKeys, pressed, 0, false).command).toBe(command)
  })

  test.each([
    ['in a text field', a('e', { editing: true })],
    ['while composing', a('j', { composing: true })],
    ['over an open dialog', a('j', { inOverlay: true })],
    ['Ctrl+K over an open dialog, which has it itself', a('k', { ctrl: true, inOverlay: true })],
    ['holding r', a('r', { repeat: true })],
    ['with Alt', a('j', { alt: true })],
    ['with Ctrl, which belongs to the browser', a('j', { ctrl: true })],
    ['with the key of the other platform', a('k', { meta: true })],
    ['Enter on a button', a('Enter', { onControl: true })],
    ['an arrow where it scrolls', a('ArrowDown', { arrowsFree: false })],
    ['Ctrl+Enter, which only the text field knows', a('Enter', { ctrl: true })],
    ['a digit', a('1')],
  ])('nothing %s', (_name, pressed) => {
    expect(press(noKeys, pressed, 0, false).command).toBeNull()
  })

  test('on a Mac, Mod is Cmd', () => {
    expect(press(noKeys, a('k', { meta: true }), 0, true).command).toBe('palette')
    expect(press(noKeys, a('k', { ctrl: true }), 0, true).command).toBeNull()
  })
})

describe('a sequence', () => {
  test('g and then u within a second', () => {
    const first = press(noKeys, a('g'), 1_000, false)
    expect(first).toEqual({ state: { pending: 'g', at: 1_000 }, command: null })
    expect(press(first.state, a('u'), 1_999, false)).toEqual({ state: noKeys, command: 'goQueue' })
  })

  test('too late is only the second key', () => {
    const first = press(noKeys, a('g'), 1_000, false)
    expect(press(first.state, a('u'), 2_001, false).command).toBe('back')
  })

  test('an unknown second key ends it and means what it means', () => {
    const first = press(noKeys, a('g'), 0, false)
    expect(press(first.state, a('j'), 10, false)).toEqual({ state: noKeys, command: 'next' })
  })

  test('a modifier pressed on the way does not break it', () => {
    const first = press(noKeys, a('g'), 0, false)
    const between = press(first.state, a('Shift', { shift: true }), 10, false)
    expect(press(between.state, a('i'), 20, false).command).toBe('goInbox')
  })

  test('is not begun in a text field', () => {
    expect(press(noKeys, a('g', { editing: true }), 0, false).state).toEqual(noKeys)
  })
})

test('no two commands share a key, outside the text field', () => {
  const keys = commandTable.filter((each) => !each.writing).flatMap((each) => each.keys)
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
})

function a(key: string, over: Partial<Pressed> = {}): Pressed {
  return {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrl: false,
    meta: false,
    alt: false,
    shift: false,
    repeat: false,
    composing: false,
    editing: false,
    onControl: false,
    arrowsFree: true,
    inOverlay: false,
    ...over,
  }
}
