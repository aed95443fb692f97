import { createHash } from 'node:crypto'
import type { Author, Fact, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { plainText } from '../plain-text.ts'
import type { Self } from '../platform.ts'
import { commentIdOf, postIdOf, userIdOf } from './names.ts'

/** Where a page was read: the site, its address, who we are; and of answers by others the question above. */
export type Around = { site: string; origin: string | null; self: Self; receivedAt: string; questions: ReadonlyMap<string, string> }

/** A question or answer of ours (`/me/posts`). Null without an id. */
export function readPost(item: JsonRecord, around: Around): Fact | null {
  const id = idOf(item.post_id) ?? idOf(item.question_id)
  if (id === null) return null
  const question = textOf(item.post_type) !== 'answer'
  const owner = recordOf(item.owner)
  return postFact({
    externalId: postIdOf(around.site, id),
    ours: isOwned(owner, around),
    author: authorOf(owner, around),
    text: [plainText(textOf(item.title)), wordsIn(item.body)].filter((each) => each !== '').join('\n\n'),
    url: linkOf(item.link) ?? linkTo(around, question ? `q/${id}` : `a/${id}`),
    platformAt: instantOf(item.creation_date) ?? around.receivedAt,
    ref: { type: question ? 'question' : 'answer' },
  })
}

/** Somebody's answer to a question of ours; `ours` where we answered it ourselves, which is a post. Null without an id. */
export function readAnswer(item: JsonRecord, around: Around): MessageFact | 'ours' | null {
  const id = idOf(item.answer_id)
  const question = idOf(item.question_id)
  if (id === null || question === null) return null
  const owner = recordOf(item.owner)
  if (isOwned(owner, around)) return 'ours'
  const text = wordsIn(item.body)
  return messageFact({
    externalId: postIdOf(around.site, id),
    kind: 'comment',
    ours: false,
    author: authorOf(owner, around),
    parentExternalId: postIdOf(around.site, question),
    postExternalId: postIdOf(around.site, question),
    text,
    url: linkOf(item.link) ?? linkTo(around, `a/${id}`),
    platformAt: instantOf(item.creation_date) ?? around.receivedAt,
    editedAt: instantOf(item.last_edit_date),
    version: hashOf([text]),
    ref: { post: id, question },
  })
}

/**
 * A comment, below one of our posts, below somebody's answer to us, or (`mentioned`) anywhere else. Comments answer each other by name alone. Null without an id.
 */
export function readComment(item: JsonRecord, around: Around, mentioned: boolean): MessageFact | null {
  const id = idOf(item.comment_id)
  const post = idOf(item.post_id)
  if (id === null || post === null) return null
  const owner = recordOf(item.owner)
  const ours = isOwned(owner, around)
  const addressed = recordOf(item.reply_to_user)
  const question = around.questions.get(post)
  const text = wordsIn(item.body)
  const addressedId = idOf(addressed.user_id)
  return messageFact({
    externalId: commentIdOf(around.site, id),
    kind: ours || question !== undefined ? 'reply' : mentioned ? 'mention' : 'comment',
    ours,
    author: authorOf(owner, around),
    parentExternalId: postIdOf(around.site, post),
    postExternalId: postIdOf(around.site, question ?? post),
    mentionsUs: !ours && (mentioned || isOwned(addressed, around)),
    tagsExternalId: ours && addressedId !== null ? userIdOf(around.site, addressedId) : null,
    text,
    url: linkOf(item.link) ?? linkTo(around, `posts/comments/${id}`),
    platformAt: instantOf(item.creation_date) ?? around.receivedAt,
    version: hashOf([text]),
    ref: { post, ...(question !== undefined && { question }), ...(mentioned && { mentioned: 'yes' }) },
  })
}

/** The words in a body; of an address that is shown short (without its scheme, cut at the end) all of it. */
function wordsIn(body: unknown): string {
  const whole = textOf(body).replace(
    /<a\b[^>]*\bhref="(https?:\/\/)([^"<>]*)"[^>]*>([^<]*)<\/a>/gi,
    (link, scheme: string, rest: string, shown: string) =>
      rest.startsWith(shown.replace(/(?:…|&hellip;|\.\.\.)$/, '')) ? scheme + rest : link,
  )
  return plainText(whole)
}

function isOwned(user: JsonRecord, { site, self }: Around): boolean {
  const id = idOf(user.user_id)
  const externalId = id === null ? '' : userIdOf(site, id)
  return id !== null && (externalId === self.accountId || self.ownedIds.includes(externalId))
}

/** People who left have a name at most, and no id. */
function authorOf(user: JsonRecord, { site }: Around): Author | null {
  const id = idOf(user.user_id)
  if (id === null) return null
  const name = nameOf(plainText(textOf(user.display_name)))
  return {
    externalId: userIdOf(site, id),
    // In comments people are called by their name without its spaces.
    handle: name?.replaceAll(/[\s@]+/gu, '') || null,
    name,
    avatarUrl: linkOf(user.profile_image),
    url: linkOf(user.link),
  }
}

function linkTo({ origin }: Around, path: string): string | null {
  return origin === null ? null : `${origin}/${path}`
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
