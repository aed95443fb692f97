import type { FastifyRequest } from 'fastify'
import { bodyFields, searchParams, textOf } from '../http/body.ts'
import type { Item, JsonObject, Visibility } from '../world/item.ts'
import { contentOf, lengthOf } from './content.ts'
import { accountEntity, maxCharacters, statusEntity } from './entities.ts'
import { MastodonError, recordNotFound } from './errors.ts'
import { attachMedia, attachmentsOf, readMedia } from './media.ts'
import type { Mastodon } from './routes.ts'

const keyKeptMs = 3_600_000
const visibilities = new Set(['public', 'unlisted', 'private', 'direct'])

/** `POST /api/v1/statuses`. An `Idempotency-Key` seen within the last hour answers the first status again. */
export function createStatus(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const key = textOf(request.headers['idempotency-key']) ?? null
  const known = key === null ? undefined : statusOfKey(mastodon, key)
  if (known) {
    note(mastodon, request, known, key, true)
    return statusEntity(mastodon, known)
  }
  const form = bodyFields(request)
  const { text, spoiler } = readText(form)
  const parentId = textOf(form['in_reply_to_id']) ?? null
  if (parentId && !mastodon.world.find('mastodon', parentId))
    throw new MastodonError(404, 'The post you are trying to reply to does not appear to exist.')
  const media = readMedia(mastodon, form)
  const item = mastodon.world.write({
    platform: 'mastodon',
    authorId: mastodon.secrets.mastodon.accountId,
    text,
    spoiler,
    parentId,
    visibility: readVisibility(form),
    quotedId: textOf(form['quoted_status_id']) ?? null,
    lang: textOf(form['language']) ?? 'en',
    media,
  })
  attachMedia(mastodon, item)
  if (key !== null) mastodon.keys.set(key, { id: item.id, at: mastodon.world.now().getTime() })
  note(mastodon, request, item, key)
  return statusEntity(mastodon, item)
}

/** `PUT /api/v1/statuses/:id`: edits the brand's own status. Attachments that it does not name are taken away. */
export function editStatus(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const item = ownStatus(mastodon, request)
  const form = bodyFields(request)
  const { text, spoiler } = readText(form)
  const media = readMedia(mastodon, form, item)
  const sameMedia = JSON.stringify(media) === JSON.stringify(item.media)
  if (text !== item.text || spoiler !== item.spoiler || !sameMedia) mastodon.world.edit(item, text, { spoiler, media })
  attachMedia(mastodon, item)
  note(mastodon, request, item, null)
  return statusEntity(mastodon, item)
}

/** `DELETE /api/v1/statuses/:id`: the status with its plain `text`, for a redraft. */
export function deleteStatus(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const item = ownStatus(mastodon, request)
  const entity = statusEntity(mastodon, item)
  mastodon.world.remove(item)
  note(mastodon, request, item, null)
  return { ...entity, text: item.text }
}

/** `POST /api/v1/statuses/:id/{favourite|unfavourite}`. */
export function favour(mastodon: Mastodon, request: FastifyRequest, liked: boolean): JsonObject {
  const item = statusOf(mastodon, request)
  const { accountId } = mastodon.secrets.mastodon
  if (liked) mastodon.world.like(item, accountId)
  else mastodon.world.unlike(item, accountId)
  note(mastodon, request, item, null)
  return statusEntity(mastodon, item)
}

/** `GET /api/v1/statuses?id[]=`: those that exist, in the order asked. */
export function listStatuses(mastodon: Mastodon, request: FastifyRequest): JsonObject[] {
  const query = searchParams(request)
  const ids = [...query.getAll('id[]'), ...query.getAll('id')]
  const items = ids.flatMap((id) => mastodon.world.find('mastodon', id) ?? [])
  return items.map((item) => statusEntity(mastodon, item))
}

/** `GET /api/v1/statuses/:id/context`. */
export function contextOf(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const item = statusOf(mastodon, request)
  const { world } = mastodon
  const ancestors: Item[] = []
  let parent = world.find('mastodon', item.parentId)
  while (parent) {
    ancestors.unshift(parent)
    parent = world.find('mastodon', parent.parentId)
  }
  const entity = (other: Item) => statusEntity(mastodon, other)
  return {
    ancestors: ancestors.map(entity),
    descendants: world.descendants(item).slice(0, 4_096).map(entity),
  }
}

/** `GET /api/v1/statuses/:id/history`: every version, oldest first. */
export function historyOf(mastodon: Mastodon, request: FastifyRequest): JsonObject[] {
  const item = statusOf(mastodon, request)
  const account = accountEntity(mastodon, mastodon.world.author(item))
  const now = { text: item.text, spoiler: item.spoiler, at: item.editedAt ?? item.createdAt }
  return [...item.earlier, now].map(({ text, spoiler, at }) => ({
    content: contentOf(mastodon.world, text, () => String(account['url'])),
    spoiler_text: spoiler,
    sensitive: spoiler !== '',
    created_at: new Date(at).toISOString(),
    account,
    media_attachments: attachmentsOf(mastodon, item),
    emojis: [],
  }))
}

/** `GET /api/v1/statuses/:id/source`, of the brand's own status. */
export function sourceOf(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const item = ownStatus(mastodon, request)
  return { id: item.id, text: item.text, spoiler_text: item.spoiler }
}

/** The status that the path names. Throws 404. */
export function statusOf(mastodon: Mastodon, request: FastifyRequest): Item {
  const { id } = request.params as { id: string }
  const item = mastodon.world.find('mastodon', id)
  if (!item) throw recordNotFound()
  return item
}

function ownStatus(mastodon: Mastodon, request: FastifyRequest): Item {
  const item = statusOf(mastodon, request)
  if (item.authorId !== mastodon.secrets.mastodon.accountId) throw new MastodonError(403, 'This action is not allowed')
  return item
}

function statusOfKey(mastodon: Mastodon, key: string): Item | undefined {
  if (mastodon.faults.quirks.ignoreIdempotencyKeys) return undefined
  const kept = mastodon.keys.get(key)
  if (!kept || mastodon.world.now().getTime() - kept.at > keyKeptMs) return undefined
  return mastodon.world.find('mastodon', kept.id)
}

function readText(form: JsonObject): { text: string; spoiler: string } {
  const text = textOf(form['status']) ?? ''
  const spoiler = textOf(form['spoiler_text']) ?? ''
  const hasMedia = [form['media_ids'] ?? []].flat().length > 0
  if (text.trim() === '' && !hasMedia) throw new MastodonError(422, "Validation failed: Text can't be blank")
  if (lengthOf(text, spoiler) > maxCharacters)
    throw new MastodonError(422, `Validation failed: Text character limit of ${maxCharacters} exceeded`)
  return { text, spoiler }
}

function readVisibility(form: JsonObject): Visibility {
  const visibility = textOf(form['visibility'])
  if (visibility === undefined || visibility === '') return 'public'
  if (!visibilities.has(visibility)) throw new MastodonError(422, `'${visibility}' is not a valid visibility`)
  return visibility as Visibility
}

function note(mastodon: Mastodon, request: FastifyRequest, item: Item, key: string | null, repeated = false): void {
  mastodon.world.journal.record({
    platform: 'mastodon',
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/mastodon/, '').split('?')[0] ?? '',
    key,
    externalId: item.id,
    inReplyTo: request.method === 'POST' ? item.parentId : null,
    text: item.text,
    repeated,
  })
}
