import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { imageSize, typeOf } from '../src/http/media-type.ts'
import { partsOf } from '../src/http/multipart.ts'
import { seededRandom } from '../src/random.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { makeSecrets } from '../src/secrets.ts'
import { Files } from '../src/world/files.ts'
import { jpeg, mp4, png } from './pictures.ts'

let sandbox: Sandbox | undefined
afterEach(() => sandbox?.close())

const picture = { platform: 'mastodon', id: '5', type: 'image/png', name: 'a.png', bytes: png() } as const

test('a file is what its first bytes say, and an image tells its size', () => {
  expect([png(), jpeg(), mp4(), Buffer.from('GIF89a..'), Buffer.from('hello'), Buffer.alloc(0)].map(typeOf)).toEqual([
    'image/png',
    'image/jpeg',
    'video/mp4',
    'image/gif',
    null,
    null,
  ])
  expect([png({ width: 70, height: 9 }), jpeg({ width: 640, height: 480 }), png().subarray(0, 12), mp4()].map(imageSize)).toEqual([
    { width: 70, height: 9 },
    { width: 640, height: 480 },
    null,
    null,
  ])
})

test('files come through a restart, and what is not kept any more leaves the disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  try {
    const options = { port: 0, secrets: makeSecrets(seededRandom(9)), stateFile: join(folder, 'state.json') }
    sandbox = await startSandbox(options)
    sandbox.world.files.keep({ ...picture, extra: { of: 1 } }, 7)
    await sandbox.close()
    sandbox = await startSandbox(options)
    const kept = sandbox.world.files.find('mastodon', '5')
    expect(kept).toMatchObject({ ...picture, width: 4, height: 3, at: 7, extra: { of: 1 } })
    expect(readdirSync(`${options.stateFile}.files`)).toEqual([kept?.key])
    sandbox.reset()
    await sandbox.close()
    expect(readdirSync(`${options.stateFile}.files`)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the oldest files go when there are too many, or when they are too much', () => {
  const files = new Files()
  for (let n = 0; n < 450; n += 1) files.keep({ ...picture, id: String(n) }, n)
  expect(files.of('mastodon')).toHaveLength(400)
  expect(files.find('mastodon', '49')).toBeUndefined()
  files.keep({ ...picture, id: 'big', bytes: Buffer.alloc(60 * 1024 * 1024) }, 0)
  files.keep({ ...picture, id: 'big too', bytes: Buffer.alloc(60 * 1024 * 1024) }, 0)
  expect(files.of('mastodon').map(({ id }) => id)).toEqual(['big too'])
})

test('a file is served as what it is, and nothing in it runs', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { key } = sandbox.world.files.keep(picture, 0)
  const { headers, status } = await fetch(`${sandbox.url}/files/${key}.png`)
  expect([status, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([200, 'image/png', 'nosniff'])
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  expect((await fetch(`${sandbox.url}/files/nothing.png`)).status).toBe(404)
})

test('a form is read as clients write it: with and without quotation marks, names in any script, bytes that look like lines', async () => {
  const bytes = Buffer.from([0, 13, 10, 45, 45, 13, 10, 13, 10, 255])
  const form = new FormData()
  form.set('caption', 'two\r\nlines, ü')
  form.set('file', new Blob([bytes], { type: 'image/png' }), 'Été "1".png')
  const request = new Request('http://sandbox.test', { method: 'POST', body: form })
  const type = request.headers.get('content-type') ?? ''
  const body = Buffer.from(await request.arrayBuffer())
  expect(partsOf(type, body)).toEqual([
    { name: 'caption', filename: null, type: '', bytes: Buffer.from('two\r\nlines, ü') },
    { name: 'file', filename: 'Été "1".png', type: 'image/png', bytes },
  ])
  expect(
    partsOf(
      'multipart/form-data; boundary=b',
      Buffer.from('--b\r\nContent-Disposition:form-data;name="a";filename=x.png\r\n\r\n1\r\n--b--'),
    ),
  ).toEqual([{ name: 'a', filename: 'x.png', type: '', bytes: Buffer.from('1') }])
  for (const broken of [body.subarray(0, -4), body.subarray(0, 60), Buffer.from('hello')]) expect(partsOf(type, broken)).toBeNull()
  expect(partsOf('multipart/form-data', body)).toBeNull()
})
