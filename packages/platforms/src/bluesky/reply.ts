import type { Fact, Media } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { hurried } from '../http.ts'
import { listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { imagesEmbed, shownMedia } from './embed.ts'
import { facetsOf } from './facets.ts'
import { tidOf } from './tid.ts'
import { defaultWebUrl, postUrl, rkeyOf } from './uri.ts'
import { xrpc, xrpcErrorOf } from './xrpc.ts'

const collection = 'app.bsky.feed.post'
const checkTimeoutMs = 4_000
const blockWords = 'A block stands between this account and the author'

/**
 * Writes the reply under a record key made from ours (`putRecord`), so that any number of tries leave one record. The server does not check the target,
 * so we do: gone, or closed to replies. Whatever fails before the write was not sent.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  // Short, so that the whole of it ends while the send is still ours.
  const before = hurried(io, checkTimeoutMs)
  const record = await beforeSending(async () => ({
    $type: collection,
    text: input.text,
    createdAt: input.createdAt,
    reply: await replyRefs(before, input),
    facets: await facetsOf(before, input.text),
    ...(await imagesEmbed(io, input.media)),
  }))
  const rkey = tidOf(input.key, input.createdAt)
  try {
    const { json } = await xrpc(io, { nsid: 'com.atproto.repo.putRecord', body: { repo: io.self.accountId, collection, rkey, record } })
    const uri = textOf(json.uri) || uriOf(io, input)
    return sentReply(io, input, { uri, cid: textOf(json.cid), root: record.reply.root, media: await shownMedia(io, uri, record) })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    // The record is ours to ask for: a refusal that was none shows there.
    const found = await find(io, { ...input, since: input.createdAt })
    if (found.found === 'landed') return found.sent
    throw error
  }
}

async function beforeSending<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}

type Ref = { uri: string; cid: string }

/** `parent` is the target; `root` is the target's own root, or itself. A wrong root hides the reply. */
async function replyRefs(io: Io, { target }: ReplyInput): Promise<{ root: Ref; parent: Ref }> {
  const post = await readTarget(io, target.externalId)
  if (recordOf(post.viewer).replyDisabled === true) throw new PlatformError('rejected', 'The author does not take replies to this post')
  const blocked = recordOf(recordOf(post.author).viewer)
  if (blocked.blockedBy === true || blocked.blocking !== undefined) throw new PlatformError('rejected', blockWords)
  const parent = { uri: target.externalId, cid: nameOf(post.cid) ?? target.ref.cid ?? '' }
  const root = recordOf(recordOf(recordOf(post.record).reply).root)
  const [rootUri, rootCid] = [nameOf(root.uri) ?? target.ref.rootUri, nameOf(root.cid) ?? target.ref.rootCid]
  return { root: rootUri && rootCid && rootUri !== parent.uri ? { uri: rootUri, cid: rootCid } : parent, parent }
}

async function readTarget(io: Io, uri: string): Promise<JsonRecord> {
  const { json } = await xrpc(io, { nsid: 'app.bsky.feed.getPosts', params: [['uris', uri]] })
  const post = listOf(json.posts)
    .map(recordOf)
    .find((each) => each.uri === uri)
  return post ?? (await readHidden(io, uri))
}

/** What is not among the posts is deleted, or a block stands between; the thread tells which. */
async function readHidden(io: Io, uri: string): Promise<JsonRecord> {
  const params: [string, string][] = [
    ['uri', uri],
    ['depth', '0'],
    ['parentHeight', '0'],
  ]
  const thread = recordOf((await xrpc(io, { nsid: 'app.bsky.feed.getPostThread', params })).json.thread)
  if (thread.blocked === true) throw new PlatformError('rejected', blockWords)
  const post = recordOf(thread.post)
  if (post.uri !== uri) throw new PlatformError('gone', 'The post was deleted')
  return post
}

function uriOf(io: Io, { key, createdAt }: ReplyInput): string {
  return `at://${io.self.accountId}/${collection}/${tidOf(key, createdAt)}`
}

type Written = Ref & { root: Ref; media: Media[] }

function sentReply(io: Io, { target, text, createdAt }: ReplyInput, { uri, cid, root, media }: Written): ReplySent {
  const { self } = io
  const webUrl = io.settings.webUrl || defaultWebUrl
  const url = postUrl(uri, webUrl)
  const fact: Fact = messageFact({
    externalId: uri,
    kind: 'reply',
    ours: true,
    author: {
      externalId: self.accountId,
      handle: self.handle || null,
      name: null,
      avatarUrl: null,
      url: `${webUrl}/profile/${self.accountId}`,
    },
    parentExternalId: target.externalId,
    postExternalId: root.uri,
    text,
    url,
    media,
    platformAt: io.now().toISOString(),
    authorAt: createdAt,
    version: cid,
    ref: { cid, rootUri: root.uri, rootCid: root.cid },
  })
  return { externalId: uri, url, facts: [fact] }
}

/** Asks our own repository for the record: it is authoritative, so not there means that sending again with the same key is safe. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const params: [string, string][] = [
    ['repo', io.self.accountId],
    ['collection', collection],
    ['rkey', tidOf(input.key, input.createdAt)],
  ]
  try {
    const { json } = await xrpc(io, { nsid: 'com.atproto.repo.getRecord', params })
    const record = recordOf(json.value)
    const { uri, cid } = recordOf(recordOf(record.reply).root)
    const root = { uri: nameOf(uri) ?? input.target.externalId, cid: textOf(cid) }
    const at = nameOf(json.uri) ?? uriOf(io, input)
    return {
      found: 'landed',
      sent: sentReply(io, input, { uri: at, cid: textOf(json.cid), root, media: await shownMedia(io, at, record) }),
    }
  } catch (error) {
    if (xrpcErrorOf(error) === 'RecordNotFound') return { found: 'absent' }
    throw error
  }
}

const likes = 'app.bsky.feed.like'

/** Likes once, or takes the like back; what already is so stays so. What the post's view says of our like is some seconds old, so our own repository has the last word. */
export async function like(io: Io, input: { externalId: string; ref: Record<string, string>; liked: boolean }): Promise<void> {
  const post = await readTarget(io, input.externalId)
  const shown = nameOf(recordOf(post.viewer).like)
  const repo = io.self.accountId
  const kept = await likeOf(io, input.externalId)
  if (!input.liked) {
    const there = kept ?? shown
    if (there !== null) await xrpc(io, { nsid: 'com.atproto.repo.deleteRecord', body: { repo, collection: likes, rkey: rkeyOf(there) } })
    return
  }
  if (kept !== null || (shown !== null && (await isKept(io, shown)))) return
  const subject = { uri: input.externalId, cid: nameOf(post.cid) ?? input.ref.cid ?? '' }
  await xrpc(io, {
    nsid: 'com.atproto.repo.createRecord',
    body: { repo, collection: likes, record: { $type: likes, subject, createdAt: io.now().toISOString() } },
  })
}

/** Our like of a post among our newest hundred. */
async function likeOf(io: Io, uri: string): Promise<string | null> {
  const params: [string, string][] = [
    ['repo', io.self.accountId],
    ['collection', likes],
    ['limit', '100'],
  ]
  const { json } = await xrpc(io, { nsid: 'com.atproto.repo.listRecords', params })
  const mine = listOf(json.records).map(recordOf)
  return nameOf(mine.find(({ value }) => recordOf(recordOf(value).subject).uri === uri)?.uri)
}

async function isKept(io: Io, likeUri: string): Promise<boolean> {
  const params: [string, string][] = [
    ['repo', io.self.accountId],
    ['collection', likes],
    ['rkey', rkeyOf(likeUri)],
  ]
  try {
    await xrpc(io, { nsid: 'com.atproto.repo.getRecord', params })
    return true
  } catch (error) {
    if (xrpcErrorOf(error) === 'RecordNotFound') return false
    throw error
  }
}
