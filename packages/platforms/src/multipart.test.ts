import { expect, test } from 'vitest'
import { PlatformError } from './error.ts'
import { beforeReply } from './before-reply.ts'
import { multipart } from './multipart.ts'

test('a form arrives as it was made: names with quotation marks, other scripts, and bytes that look like lines', async () => {
  const bytes = new Uint8Array([0, 255, 13, 10, 45, 45, 13, 10, 0])
  const { headers, body } = multipart([
    { name: 'payload_json', value: '{"a":"ü\r\nb"}' },
    { name: 'files[0]', filename: 'a "good"\nÉté.png', type: 'image/png', bytes },
  ])
  const form = await new Response(body, { headers }).formData()
  expect(form.get('payload_json')).toBe('{"a":"ü\r\nb"}')
  const file = form.get('files[0]') as File
  expect({ name: file.name, type: file.type }).toEqual({ name: 'a "good"\r\nÉté.png', type: 'image/png' })
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes)
})

test('the same form is the same bytes on every try', () => {
  const part = { name: 'file', filename: 'a.png', type: 'image/png', bytes: new Uint8Array([1]) }
  expect(multipart([part])).toEqual(multipart([part]))
  expect(multipart([part]).headers).not.toEqual(multipart([{ ...part, bytes: new Uint8Array([2]) }]).headers)
})

test.each([
  [new PlatformError('unavailable', 'busy', { retryAfterMs: 3_000 }), { kind: 'unavailable', notSent: true, retryAfterMs: 3_000 }],
  [new PlatformError('gone', 'Not found'), { kind: 'rejected', notSent: true, message: 'Not found' }],
  [new PlatformError('rejected', 'No picture'), { kind: 'rejected', notSent: true, message: 'No picture' }],
  [new TypeError('a slip'), { kind: 'unavailable', notSent: true, message: 'a slip' }],
])('before a reply, %s sends nothing', async (error, failure) => {
  await expect(beforeReply(() => Promise.reject(error))).rejects.toMatchObject(failure)
})
