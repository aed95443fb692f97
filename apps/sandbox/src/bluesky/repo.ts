import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'
import { readImages } from './blobs.ts'
import { mentionedDids, postCollection } from './post-record.ts'
import { XrpcError, invalidRequest } from './errors.ts'
import { cidOf, tidClock } from './ids.ts'
import { checkRecord } from './check-record.ts'
import type { Bluesky } from './routes.ts'

const nextTid = tidClock()

type Target = { did: string; collection: string; rkey: string; uri: string; body: JsonObject }

/** `com.atproto.repo.createRecord`. A repeated rkey answers 500, as the real PDS does. */
export function createRecord(bluesky: Bluesky, request: FastifyRequest): JsonObject {
  const target = readTarget(bluesky, request, nextTid(bluesky.world.now().getTime()))
  const record = readRecord(target)
  if (existing(bluesky, target.uri)) throw new XrpcError(500, 'InternalServerError', 'Internal Server Error')
  return store(bluesky, request, target, record)
}

/** `com.atproto.repo.putRecord`: creates or replaces; the same content again changes nothing. */
export function putRecord(bluesky: Bluesky, request: FastifyRequest): JsonObject {
  const target = readTarget(bluesky, request)
  const record = readRecord(target)
  const known = existing(bluesky, target.uri)
  const swap = target.body['swapRecord']
  if (swap !== undefined && (swap ?? undefined) !== known?.cid)
    throw new XrpcError(400, 'InvalidSwap', `Record was at ${known?.cid ?? 'null'}`)
  const item = bluesky.world.find('bluesky', target.uri)
  if (known && known.cid === cidOf(record)) {
    note(bluesky, request, target, record, true)
    return { uri: target.uri, cid: known.cid, validationStatus: 'valid' }
  }
  if (!item) return store(bluesky, request, target, record)
  bluesky.world.edit(item, String(record['text'] ?? ''), { media: readImages(bluesky, record) })
  item.record = record
  item.cid = cidOf(record)
  note(bluesky, request, target, record)
  return written(target.uri, item.cid)
}

/** `com.atproto.repo.getRecord`. Throws 400 `RecordNotFound`. */
export function getRecord(bluesky: Bluesky, query: URLSearchParams): JsonObject {
  const repo = query.get('repo') ?? ''
  const did = didFor(bluesky, repo)
  const uri = `at://${did ?? repo}/${query.get('collection')}/${query.get('rkey')}`
  const known = existing(bluesky, uri)
  if (!known) throw new XrpcError(400, 'RecordNotFound', `Could not locate record: ${uri}`)
  return { uri, ...known }
}

/** `com.atproto.repo.listRecords`, newest first. */
export function listRecords(bluesky: Bluesky, query: URLSearchParams): JsonObject {
  const did = didFor(bluesky, query.get('repo') ?? '') ?? ''
  const collection = query.get('collection') ?? ''
  const limit = Math.min(Number(query.get('limit') ?? 50), 100)
  const posts = [...bluesky.world.items.bluesky.values()]
    .filter((item) => item.authorId === did && item.deletedAt === null)
    .map(({ id, cid, record }) => ({ uri: id, cid, value: record ?? {} }))
  const all = collection === postCollection ? posts : bluesky.records.of(did, collection)
  const cursor = query.get('cursor')
  const rkeyOf = (uri: string) => uri.split('/').at(-1) ?? ''
  const sorted = all.sort((a, b) => (rkeyOf(a.uri) < rkeyOf(b.uri) ? 1 : -1)).filter(({ uri }) => cursor === null || rkeyOf(uri) < cursor)
  const records = sorted.slice(0, limit)
  const last = records.at(-1)
  return { records, ...(last && sorted.length > limit ? { cursor: rkeyOf(last.uri) } : {}) }
}

/** `com.atproto.repo.deleteRecord`; deleting what is not there succeeds. */
export function deleteRecord(bluesky: Bluesky, request: FastifyRequest): JsonObject {
  const target = readTarget(bluesky, request)
  const item = bluesky.world.find('bluesky', target.uri)
  if (item) bluesky.world.remove(item)
  const record = bluesky.records.remove(target.uri)
  const subject = (record?.value['subject'] as { uri?: string } | undefined)?.uri
  const liked = bluesky.world.find('bluesky', subject)
  if (liked && target.collection === 'app.bsky.feed.like') bluesky.world.unlike(liked, target.did)
  note(bluesky, request, target, {})
  return { commit: commit() }
}

/** The did of a handle or did that exists here. */
export function didFor(bluesky: Bluesky, actor: string): string | undefined {
  if (bluesky.world.accounts.bluesky.has(actor)) return actor
  const handle = actor.toLowerCase().replace(/^@/, '')
  for (const account of bluesky.world.accounts.bluesky.values()) if (account.handle === handle) return account.id
  return undefined
}

function store(bluesky: Bluesky, request: FastifyRequest, target: Target, record: JsonObject): JsonObject {
  const { uri, collection, did } = target
  const cid = cidOf(record)
  if (collection === postCollection) storePost(bluesky, target, record)
  else {
    const subject = (record['subject'] as { uri?: string } | undefined)?.uri
    if (collection === 'app.bsky.feed.like' && subject) {
      const older = bluesky.records.likeOf(did, subject)
      if (older) bluesky.records.remove(older.uri)
      const liked = bluesky.world.find('bluesky', subject)
      if (liked) bluesky.world.like(liked, did)
    }
    bluesky.records.put({ uri, cid, value: record })
  }
  note(bluesky, request, target, record)
  return written(uri, cid)
}

function storePost(bluesky: Bluesky, target: Target, record: JsonObject): void {
  const { world } = bluesky
  const reply = record['reply'] as { root: { uri: string }; parent: { uri: string } } | undefined
  const media = readImages(bluesky, record)
  const embed = record['embed'] as { $type?: string; record?: { uri?: string } } | undefined
  const item = world.write({
    platform: 'bluesky',
    id: target.uri,
    authorId: target.did,
    text: String(record['text'] ?? ''),
    parentId: reply?.parent.uri ?? null,
    quotedId: embed?.$type === 'app.bsky.embed.record' ? (embed.record?.uri ?? null) : null,
    mentionsBrand: mentionedDids(record).includes(world.brand('bluesky').id),
    createdAt: Date.parse(String(record['createdAt'])),
    lang: Array.isArray(record['langs']) ? String(record['langs'][0] ?? 'en') : 'en',
    record,
    media,
  })
  // The AppView hides a reply whose root is not the root of its parent.
  if (reply && reply.root.uri !== item.rootId) item.hidden = true
}

function readTarget(bluesky: Bluesky, request: FastifyRequest, newRkey?: string): Target {
  const body = bodyFields(request)
  const repo = textOf(body['repo'])
  const collection = textOf(body['collection'])
  const rkey = textOf(body['rkey']) ?? newRkey
  if (!repo || !collection || !rkey) throw invalidRequest('Input must have the properties "repo", "collection" and "rkey"')
  if (!/^[A-Za-z0-9._~:-]{1,512}$/.test(rkey)) throw invalidRequest('Invalid record key')
  const did = didFor(bluesky, repo)
  if (did !== bluesky.secrets.bluesky.did) throw invalidRequest(`Could not find repo: ${repo}`)
  return { did, collection, rkey, uri: `at://${did}/${collection}/${rkey}`, body }
}

function readRecord(target: Target): JsonObject {
  const record = target.body['record']
  if (typeof record !== 'object' || record === null) throw invalidRequest('Input must have the property "record"')
  return checkRecord(target.collection, record as JsonObject)
}

function existing(bluesky: Bluesky, uri: string): { cid: string; value: JsonObject } | undefined {
  const item = bluesky.world.find('bluesky', uri)
  if (item) return { cid: item.cid, value: item.record ?? {} }
  const record = bluesky.records.get(uri)
  return record && { cid: record.cid, value: record.value }
}

function written(uri: string, cid: string): JsonObject {
  return { uri, cid, commit: commit(), validationStatus: 'valid' }
}

function commit(): JsonObject {
  const rev = nextTid(Date.parse('2026-01-01T00:00:00Z'))
  return { cid: cidOf({ rev }), rev }
}

function note(bluesky: Bluesky, request: FastifyRequest, target: Target, record: JsonObject, repeated = false): void {
  const reply = record['reply'] as { parent?: { uri?: string } } | undefined
  const subject = record['subject'] as { uri?: string } | undefined
  bluesky.world.journal.record({
    platform: 'bluesky',
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/bluesky/, '').split('?')[0] ?? '',
    key: target.rkey,
    externalId: target.uri,
    inReplyTo: reply?.parent?.uri ?? subject?.uri ?? null,
    text: typeof record['text'] === 'string' ? record['text'] : null,
    repeated,
  })
}
