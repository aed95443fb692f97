import type { Fact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { instantOfMs, isOwned, versionOf } from './comment.ts'
import { isPostUrn, postUrl } from './urn.ts'

/** A post of `/rest/posts` as a fact; 'unpublished' for a draft or one that is being made; null when it is none. */
export function readPost(value: JsonRecord, at: string, self: Self): Fact | 'unpublished' | null {
  const { id } = value
  if (!isPostUrn(id)) return null
  const state = nameOf(value.lifecycleState) ?? 'PUBLISHED'
  if (!state.startsWith('PUBLISHED')) return 'unpublished'
  const created = recordOf(value.created)
  const author = nameOf(value.author) ?? nameOf(created.actor)
  return postFact({
    externalId: id,
    ours: author === null || isOwned(author, self),
    author: { externalId: author ?? self.accountId, handle: null, name: null, avatarUrl: null, url: null },
    text: plainWords(wordsOf(value)),
    url: postUrl(id),
    platformAt: instantOfMs(value.publishedAt) ?? instantOfMs(value.createdAt) ?? instantOfMs(created.time) ?? at,
  })
}

/** When it was published, in milliseconds; NaN when it does not say. */
export function publishedAtOf(value: JsonRecord): number {
  return Date.parse(instantOfMs(value.publishedAt) ?? instantOfMs(value.createdAt) ?? instantOfMs(recordOf(value.created).time) ?? '')
}

/** Somebody's post that names us, or hands on one of ours with words of its own, as far as the notification shows it. Null when it shows that it is no such thing. */
export function readShare(urn: string, shown: JsonRecord, quotes: boolean, at: string, self: Self): Fact | null {
  const owner = nameOf(shown.owner) ?? nameOf(shown.author)
  if (isOwned(owner, self)) return null
  const text = plainWords(wordsOf(shown))
  if (quotes && text.trim() === '') return null
  return messageFact({
    externalId: urn,
    kind: quotes ? 'quote' : 'mention',
    ours: false,
    author: owner === null ? null : { externalId: owner, handle: null, name: nameOf(shown.ownerName), avatarUrl: null, url: null },
    mentionsUs: true,
    text,
    url: postUrl(urn),
    platformAt: at,
    version: versionOf(text),
    ref: { thread: urn },
  })
}

function wordsOf(value: JsonRecord): string {
  return nameOf(value.commentary) ?? nameOf(recordOf(value.text).text) ?? textOf(value.text)
}

/** Posts are written in LinkedIn's "little" text: `@[Name](urn)`, `{hashtag|\#|word}`, and a backslash before signs that would mean something. */
export function plainWords(text: string): string {
  return text
    .replace(/@\[((?:[^\\\]]|\\.)*)\]\(urn:[^)\s]*\)/g, '$1')
    .replace(/\{hashtag\|\\?[#＃]\|([^{}|]*)\}/g, '#$1')
    .replace(/\\([\\|{}@[\]()<>#*_~])/g, '$1')
}
