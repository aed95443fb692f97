import { expect, test } from 'vitest'
import type { ReplyMedia } from './platform.ts'
import { kindOfMedia, sameMedia } from './same-media.ts'
import type { SeenMedia } from './same-media.ts'

const file = (known: Partial<ReplyMedia> = {}): ReplyMedia => ({
  id: 'one',
  type: 'image/png',
  name: 'bag.png',
  alt: '',
  width: null,
  height: null,
  url: null,
  bytes: async () => new Uint8Array(),
  ...known,
})
const seen: SeenMedia = { kind: 'image', alt: null }

test.each<[string, ReplyMedia[], SeenMedia[], { same: boolean; telling: boolean }]>([
  ['nothing and nothing', [], [], { same: true, telling: false }],
  ['one picture that nothing tells from another', [file()], [seen], { same: true, telling: false }],
  ['one more than there were', [file()], [seen, seen], { same: false, telling: false }],
  ['a film for a picture', [file()], [{ kind: 'video' }], { same: false, telling: false }],
  ['the film that was made of an animated picture', [file({ type: 'image/gif' })], [{ kind: 'video' }], { same: true, telling: false }],
  ['the same description', [file({ alt: 'A  bag' })], [{ ...seen, alt: 'A bag' }], { same: true, telling: true }],
  ['another description', [file({ alt: 'A bag' })], [{ ...seen, alt: 'A tote' }], { same: false, telling: false }],
  ['a description where there was none', [file()], [{ ...seen, alt: 'A tote' }], { same: false, telling: false }],
  ['the same size', [file({ width: 40, height: 30 })], [{ ...seen, width: 40, height: 30 }], { same: true, telling: true }],
  ['made smaller', [file({ width: 4000, height: 3001 })], [{ ...seen, width: 1333, height: 1000 }], { same: true, telling: true }],
  ['another shape', [file({ width: 40, height: 30 })], [{ ...seen, width: 40, height: 33 }], { same: false, telling: false }],
  ['another name', [file()], [{ ...seen, name: 'tote.png' }], { same: false, telling: false }],
])('%s', (_, sent, found, expected) => {
  expect(sameMedia(sent, found)).toEqual(expected)
})

test('a kind for every type', () => {
  expect(['image/png', 'video/mp4', 'audio/ogg', 'application/pdf'].map(kindOfMedia)).toEqual(['image', 'video', 'audio', 'other'])
})
