import { expect, test } from 'vitest'
import type { ReplyMedia } from '../platform.ts'
import { carries, filesOf } from './files.ts'

const file: ReplyMedia = {
  id: '01994e1c-0000-7000-8000-00000000abcd',
  type: 'application/pdf',
  name: 'Maße & Größen 2026.PDF',
  alt: '',
  width: null,
  height: null,
  url: null,
  bytes: async () => new Uint8Array([1, 2]),
}

test.each([
  ['Maße & Größen 2026.PDF', 'Ma-e-Gro-en-2026-0000abcd.pdf'],
  ['サイズ表', 'file-0000abcd.pdf'],
  ['../../etc/passwd', 'etc-passwd-0000abcd.pdf'],
])('%s keeps a name that Discord leaves as it is', async (name, filename) => {
  const { body, files } = await filesOf([{ ...file, name }])
  expect(files.map((each) => each.filename)).toEqual([filename])
  expect(body).toEqual({ attachments: [{ id: 0, filename }] })
})

test('two files of the same name and no words are told apart', async () => {
  const [sent] = (await filesOf([file])).files
  const message = { attachments: [{ filename: sent!.filename, content_type: 'application/pdf' }] }
  expect(carries(message, { text: '', media: [file] })).toBe(true)
  expect(carries(message, { text: '', media: [{ ...file, id: '01994e1c-0000-7000-8000-00000000ffff' }] })).toBe(false)
  expect(carries({ attachments: [] }, { text: 'Here', media: [file] })).toBe(false)
})

test('more than a request may have together sends nothing', async () => {
  const large = { ...file, bytes: async () => new Uint8Array(9 * 1024 * 1024) }
  await expect(filesOf([large, large])).resolves.toMatchObject({ files: [{}, {}] })
  await expect(filesOf([large, large, large])).rejects.toMatchObject({ kind: 'rejected', notSent: true })
})

test('bytes that cannot be read send nothing', async () => {
  const broken = { ...file, bytes: () => Promise.reject(new Error('gone from here')) }
  await expect(filesOf([broken])).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
})
