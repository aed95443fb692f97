import type { Context } from '../context.ts'
import { textOf } from '../http/body.ts'
import { fetchFile } from '../http/fetched.ts'
import { fileAddress } from '../pages/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { ShopError } from './errors.ts'

const mostFiles = 10
const taken = /^(image|video|audio)\/[\w.+-]+$|^application\/pdf$/

/** Fetches what goes with an answer, from where each file is for a day, and keeps it. What cannot be had, or is not what it says, is refused with the answer. */
export async function fetchAttachments({ world }: Context, attachments: unknown): Promise<ItemMedia[]> {
  const named = Array.isArray(attachments) ? (attachments as JsonObject[]) : []
  if (named.length > mostFiles) throw new ShopError(422, 'too_many_files', `An answer has ${mostFiles} files at most`)
  const fetched = await Promise.all(
    named.map(async (each) => {
      const [url, said] = [textOf(each['url']) ?? '', textOf(each['mime_type']) ?? '']
      const file = await fetchFile(url)
      if (!file) throw new ShopError(422, 'file_not_there', `The shop could not fetch ${url}`)
      const type = said === '' ? (file.type ?? '') : said
      if (!taken.test(type)) throw new ShopError(422, 'file_not_taken', `The shop takes no files of the type ${type}`)
      if (type.startsWith('image/') && file.type !== type) throw new ShopError(422, 'file_not_taken', `This is no ${type}`)
      return { ...file, type, name: textOf(each['name']) ?? file.name, alt: textOf(each['alt']) ?? '' }
    }),
  )
  return fetched.map(({ bytes, type, name, alt }) => {
    const id = `f-${world.clock('webhook')}-${world.nextSerial()}`
    world.files.keep({ platform: 'webhook', id, type, name, bytes }, world.clock('webhook'))
    return { fileId: id, alt }
  })
}

/** What a message carries, as events and answers tell it. */
export function attachmentsOf(context: Context, item: Item): JsonObject[] {
  return context.world.mediaOf(item).map(({ file, alt }) => ({
    type: /^(image|video|audio)\//.exec(file.type)?.[1] ?? 'other',
    url: fileAddress(context, file),
    alt,
    mime_type: file.type,
    name: file.name,
  }))
}
