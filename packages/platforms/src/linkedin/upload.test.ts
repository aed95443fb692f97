import { expect, test } from 'vitest'
import { answering } from '../../test/answering.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { linkedin } from './adapter.ts'
import { uploadImage } from './upload.ts'

const image = 'urn:li:image:C5Q'
const bytes = new Uint8Array([1, 2, 3])
const media: ReplyMedia[] = [
  { id: '1', type: 'image/png', name: 'a.png', alt: '', width: 4, height: 3, url: null, bytes: async () => bytes },
]

/** LinkedIn that wants the picture put at `uploadUrl`, and then says of it what `states` say, the last for good. */
function channel(uploadUrl: string, apiUrl: string, states: string[]) {
  const { fetch, asked } = answering(({ method, path }) => {
    if (method === 'POST') return { value: { image, uploadUrl } }
    if (method === 'PUT') return [201, {}]
    return path.includes('/images/') ? { id: image, status: states.length > 1 ? states.shift() : states[0] } : {}
  })
  const account = { accountId: 'urn:li:organization:24', handle: 'fieldnote', ownedIds: [], host: 'www.linkedin.com' }
  const io: Io = {
    fetch,
    now: () => new Date(),
    settings: { apiUrl },
    credentials: { accessToken: 'AQV' },
    save: async () => {},
    self: account,
  }
  return { io, asked }
}

const real = 'https://api.linkedin.com'

test('a picture is put where LinkedIn says, and used once it is there', async () => {
  const { io, asked } = channel('https://www.linkedin.com/dms-uploads/1?ca=2', real, ['PROCESSING', 'AVAILABLE'])
  expect(await uploadImage(io, media)).toBe(image)
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /rest/images',
    'PUT /dms-uploads/1',
    `GET /rest/images/${encodeURIComponent(image)}`,
    `GET /rest/images/${encodeURIComponent(image)}`,
  ])
  expect(await uploadImage(io, [])).toBeNull()
})

test('one that LinkedIn cannot read is refused, and nothing was sent', async () => {
  const { io } = channel('https://www.linkedin.com/dms-uploads/1', real, ['PROCESSING_FAILED'])
  await expect(uploadImage(io, media)).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  await expect(uploadImage(io, [...media, ...media])).rejects.toMatchObject({ kind: 'rejected', notSent: true })
})

test.each(['https://linkedin.com.evil.test/1', 'http://www.linkedin.com/1', 'https://evil.test/www.linkedin.com/1', 'nonsense'])(
  'the token never goes to %s',
  async (uploadUrl) => {
    const { io, asked } = channel(uploadUrl, real, ['AVAILABLE'])
    await expect(uploadImage(io, media)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
    expect(asked.map(({ method }) => method)).toEqual(['POST'])
  },
)

test('what stands in for LinkedIn gets the picture too', async () => {
  const { io, asked } = channel('https://stand.test/linkedin/dms-uploads/1', 'https://stand.test/linkedin', ['AVAILABLE'])
  expect(await uploadImage(io, media)).toBe(image)
  expect(asked[1]).toMatchObject({ method: 'PUT', path: '/linkedin/dms-uploads/1' })
})

test('other words for a reply say nothing of its picture when nobody could look', async () => {
  const { io } = channel('', real, [])
  const { fetch } = answering(({ method }) => (method === 'GET' ? [503, {}] : new Response(null, { status: 204 })))
  const externalId = 'urn:li:comment:(urn:li:activity:7100,9)'
  const sent = await linkedin.editReply!({ ...io, fetch }, { externalId, ref: {}, text: 'No' })
  expect(sent).toMatchObject({ externalId, facts: [] })
})
