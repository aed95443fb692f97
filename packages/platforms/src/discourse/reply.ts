import type { MessageFact } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { idOf, instantOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { saysTheSame, splitPictures, withPictures } from '../markdown-image.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { callApi } from './api.ts'
import { externalIdOf, knownNumber } from './names.ts'
import { baseOf, isOwned, linkTo, numberOf, refOf, versionOf, wordsOf } from './post.ts'
import { picturesIn, uploadPictures } from './pictures.ts'
import { openTopic, readPosts } from './topic.ts'

type Place = { topic: string; number: number }

/**
 * Answers by number in the topic; the topic's first post is answered without one. The target is looked at first: a forum takes a reply to a post that is gone. Where
 * moderators approve first, the forum names no post.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const place = await placeOf(io, input.target.externalId).catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.kind !== 'unavailable') throw error
    throw new PlatformError('unavailable', error.message, { notSent: true, cause: error, retryAfterMs: error.retryAfterMs ?? undefined })
  })
  const raw = withPictures(input.text, await uploadPictures(io, input.media))
  const body = {
    topic_id: /^\d{1,15}$/.test(place.topic) ? Number(place.topic) : place.topic,
    raw,
    ...(place.number > 1 && { reply_to_post_number: place.number }),
  }
  const { json } = await callApi(io, { method: 'POST', path: '/posts.json', body })
  if (json.action === 'enqueued')
    return { externalId: '', url: null, pending: 'Waits for approval by the moderators of the forum', facts: [] }
  return sentReply(io, input, json.id === undefined ? recordOf(json.post) : json)
}

/** Where a post stands now. One that is deleted is gone. */
export async function placeOf(io: Io, externalId: string): Promise<Place> {
  const { json } = await callApi(io, { path: `/posts/${knownNumber(externalId)}.json` })
  if (nameOf(json.deleted_at) !== null || json.user_deleted === true) throw new PlatformError('gone', 'The post was deleted')
  const topic = idOf(json.topic_id)
  const number = numberOf(json.post_number)
  if (topic === null || number === null) throw new PlatformError('unavailable', 'The forum did not say where the post stands')
  return { topic, number }
}

function sentReply(io: Io, { target, text }: Pick<ReplyInput, 'target' | 'text'>, post: JsonRecord): ReplySent {
  const id = idOf(post.id)
  if (id === null) throw new PlatformError('unavailable', 'The forum took the reply and did not name it')
  const opens = target.ref.number === '1'
  const externalId = externalIdOf(id, io.self)
  const fact = ownFact(
    io,
    { externalId, post, text },
    {
      kind: opens ? 'comment' : 'reply',
      parentExternalId: target.externalId,
      postExternalId: target.postExternalId ?? (opens ? target.externalId : null),
    },
  )
  return { externalId, url: linkTo(post, {}, io.self), facts: [fact] }
}

type Standing = { kind: 'comment' | 'reply'; parentExternalId: string | null; postExternalId: string | null }

function ownFact(io: Io, said: { externalId: string; post: JsonRecord; text: string }, place: Standing): MessageFact {
  const { externalId, post, text } = said
  const { parentExternalId: above, postExternalId: op } = place
  const words = typeof post.raw === 'string' ? wordsOf(post) : text
  return messageFact({
    externalId,
    ours: true,
    author: {
      externalId: io.self.accountId,
      handle: io.self.handle,
      name: nameOf(post.name) ?? io.self.handle,
      avatarUrl: null,
      url: null,
    },
    text: splitPictures(words).text,
    url: linkTo(post, {}, io.self),
    media: picturesIn(post, baseOf(io.self)),
    platformAt: instantOf(post.created_at) ?? io.now().toISOString(),
    editedAt: typeof post.version === 'number' && post.version > 1 ? instantOf(post.updated_at) : null,
    version: versionOf(post, words),
    ref: { ...refOf(post, {}), ...(above !== null && { above }), ...(op !== null && { op }) },
    ...place,
  })
}

const slackMs = 60_000
const newest = 60

/** Looks through the end of the topic for a post of ours with the same words to the same post, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const { topic, number } = await knownPlace(io, input.target)
  const sinceMs = Date.parse(input.since) - slackMs
  const { page, stream } = await openTopic(io, topic)
  const held = new Set(page.posts.map((post) => idOf(post.id)))
  const more = await readPosts(
    io,
    topic,
    stream.slice(-newest).filter((id) => !held.has(id)),
  )
  const landed = [page, ...more]
    .flatMap(({ posts }) => posts)
    .find(
      (post) =>
        isOwned(post, io.self) &&
        idOf(post.id) !== null &&
        numberOf(post.post_number) !== 1 &&
        (numberOf(post.reply_to_post_number) ?? 1) === number &&
        !(Date.parse(instantOf(post.created_at) ?? '') < sinceMs) &&
        saysTheSame(wordsOf(post), input),
    )
  return landed ? { found: 'landed', sent: sentReply(io, input, landed) } : { found: 'unsure' }
}

async function knownPlace(io: Io, { externalId, ref }: Pick<ReplyTarget, 'externalId' | 'ref'>): Promise<Place> {
  const number = Number(ref.number)
  return ref.topic !== undefined && Number.isSafeInteger(number) ? { topic: ref.topic, number } : placeOf(io, externalId)
}

const likeType = 2

/** Likes, or takes it back. A forum refuses what is so already: then it is looked at. */
export async function like(io: Io, { externalId, liked }: { externalId: string; liked: boolean }): Promise<void> {
  const id = knownNumber(externalId)
  try {
    if (liked) await callApi(io, { method: 'POST', path: '/post_actions.json', body: { id: Number(id), post_action_type_id: likeType } })
    else
      await callApi(io, {
        method: 'DELETE',
        path: `/post_actions/${id}.json`,
        params: [['post_action_type_id', String(likeType)]],
      })
  } catch (error) {
    if (!(error instanceof PlatformError) || !['rejected', 'gone', 'unavailable'].includes(error.kind)) throw error
    if ((await isLiked(io, id).catch(() => null)) !== liked) throw error
  }
}

async function isLiked(io: Io, id: string): Promise<boolean> {
  const { json } = await callApi(io, { path: `/posts/${id}.json` })
  const likes = listOf(json.actions_summary).map(recordOf)
  return likes.some((each) => Number(each.id) === likeType && each.acted === true)
}

/** Deletes a post of ours. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  const path = `/posts/${knownNumber(externalId)}.json`
  try {
    await callApi(io, { method: 'DELETE', path })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === 'reauthorize' || error.kind === 'rate_limited') throw error
    if (error.kind === 'gone') return
    const gone = await placeOf(io, externalId).then(
      () => false,
      (other: unknown) => other instanceof PlatformError && other.kind === 'gone',
    )
    if (!gone) throw error
  }
}

/** Other words for a post of ours; the pictures below them stay. */
export async function editReply(io: Io, input: { externalId: string; ref: Record<string, string>; text: string }): Promise<ReplySent> {
  const { externalId, ref, text } = input
  const place: Standing = {
    kind: ref.above !== undefined && ref.above === ref.op ? 'comment' : 'reply',
    parentExternalId: ref.above ?? null,
    postExternalId: ref.op ?? null,
  }
  const id = knownNumber(externalId)
  const there = (await callApi(io, { path: `/posts/${id}.json` })).json
  const raw = withPictures(text, splitPictures(wordsOf(there)).pictures)
  const { json } = await callApi(io, {
    method: 'PUT',
    path: `/posts/${id}.json`,
    body: { post: { raw } },
  })
  const post = json.post === undefined ? json : recordOf(json.post)
  if (idOf(post.id) !== id) throw new PlatformError('unavailable', 'The forum took the edit and named another post')
  return { externalId, url: linkTo(post, {}, io.self), facts: [ownFact(io, { externalId, post, text: raw }, place)] }
}
