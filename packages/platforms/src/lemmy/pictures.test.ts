import { expect, test } from 'vitest'
import { answering } from '../../test/answering.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { uploadPictures } from './pictures.ts'

const picture: ReplyMedia = {
  id: 'one',
  type: 'image/png',
  name: 'bag.png',
  alt: 'A [bag]',
  width: 4,
  height: 3,
  url: null,
  bytes: async () => new Uint8Array([1]),
}

function ioOf(api: string, answer: () => unknown): { io: Io; asked: ReturnType<typeof answering>['asked'] } {
  const { fetch, asked } = answering(answer)
  const self = { accountId: '', handle: '', ownedIds: [], host: 'lemmy.test' }
  const settings = { url: 'https://lemmy.test', api }
  return { io: { fetch, now: () => new Date(0), settings, credentials: { jwt: 'jwt' }, save: async () => {}, self }, asked }
}

test.each([
  [
    'v3',
    '/pictrs/image',
    [201, { msg: 'ok', files: [{ file: 'a b.png', delete_token: 'x' }] }],
    'https://lemmy.test/pictrs/image/a%20b.png',
  ],
  ['v4', '/api/v4/image', { image_url: 'https://pictures.lemmy.test/c.png', filename: 'c.png' }, 'https://pictures.lemmy.test/c.png'],
])('%s brings a picture by its own call', async (api, path, answer, url) => {
  const { io, asked } = ioOf(api, () => answer)
  expect(await uploadPictures(io, [picture])).toEqual([{ label: 'A (bag)', url }])
  expect(asked.map((each) => [each.method, each.path])).toEqual([['POST', path]])
})

test.each([
  [[400, { msg: 'Unsupported media type', files: null }], { kind: 'rejected', message: 'Unsupported media type' }],
  [[404, 'nothing here'], { kind: 'rejected', message: 'This server takes no pictures' }],
  [[502, ''], { kind: 'unavailable' }],
  [{ msg: 'ok', files: [] }, { kind: 'unavailable' }],
])('a picture answered with %j sends nothing', async (answer, failure) => {
  await expect(uploadPictures(ioOf('v3', () => answer).io, [picture])).rejects.toMatchObject({ ...failure, notSent: true })
})
