import { createHash } from 'node:crypto'
import type { Author, Fact, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** A discussion as its comments see it. */
export type Place = { id: string; ours: boolean }

/** Who belongs to the repository speaks for the brand. */
const staff = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/** The discussion itself: a post where it is ours, else somebody's words to us. Null without an id. */
export function readHead(node: JsonRecord, self: Self, receivedAt: string): Fact | null {
  const id = nameOf(node.id)
  if (id === null) return null
  const [title, body] = [textOf(node.title).trim(), textOf(node.body)]
  const text = title === '' || body.startsWith(title) ? body : body.trim() === '' ? title : `${title}\n\n${body}`
  const common = {
    externalId: id,
    author: authorOf(node.author),
    text,
    url: linkOf(node.url),
    platformAt: instantOf(node.createdAt) ?? receivedAt,
  }
  if (isOurs(node, self)) return postFact({ ...common, ours: true, ref: { discussion: id } })
  return messageFact({
    ...common,
    kind: 'mention',
    ours: false,
    mentionsUs: true,
    editedAt: instantOf(node.lastEditedAt),
    version: hashOf([text]),
    ref: { discussion: id },
  })
}

/** What the comments of a discussion need to know of it. Null without an id. */
export function placeOf(node: JsonRecord, self: Self): Place | null {
  const id = nameOf(node.id)
  return id === null ? null : { id, ours: isOurs(node, self) }
}

/** A comment below a discussion, or (`above`) below another comment. Null without an id. A deleted one that keeps its place is a removal. */
export function readComment(node: JsonRecord, place: Place, above: string | null, self: Self, receivedAt: string): Fact[] | null {
  const id = nameOf(node.id)
  if (id === null) return null
  const deletedAt = instantOf(node.deletedAt)
  if (deletedAt !== null) return [removalFact(id, deletedAt)]
  const parent = nameOf(recordOf(node.replyTo).id) ?? above
  const fact = commentFact(node, { id, kind: parent === null && place.ours ? 'comment' : 'reply', self, receivedAt })
  const whole: MessageFact = {
    ...fact,
    parentExternalId: parent ?? place.id,
    postExternalId: place.ours ? place.id : null,
    ref: { discussion: place.id, ...(parent !== null && { top: parent }) },
  }
  const { isMinimized } = node
  if (typeof isMinimized !== 'boolean') return [whole]
  return [whole, { fact: 'hidden', externalId: id, hidden: isMinimized, platformAt: null }]
}

/** Where in an issue elsewhere it was read; `above`: the mention before it, which a comment of ours answers. */
type Elsewhere = { at?: string; issue?: string; above: string | null }

/** A comment in an issue elsewhere, or an issue, as the REST API tells of it. Null without an id; `ours` where we wrote it, and not below a mention. */
export function readMention(item: JsonRecord, where: Elsewhere, self: Self, receivedAt: string): MessageFact | 'ours' | null {
  const id = nameOf(item.node_id)
  const apiUrl = linkOf(item.url) ?? linkOf(where.at)
  if (id === null || apiUrl === null) return null
  const ref = { issue: linkOf(item.issue_url) ?? linkOf(where.issue) ?? apiUrl, at: apiUrl }
  const isAnswer = isViewer(item.user, self)
  if (isAnswer && where.above === null) return 'ours'
  const fact = commentFact(fromRest(item), { id, kind: isAnswer ? 'reply' : 'mention', self, receivedAt })
  return isAnswer ? { ...fact, ref, parentExternalId: where.above } : { ...fact, ref, mentionsUs: true }
}

/** Whether somebody names our account there, or who owns the repository (its teams, too). */
export function namesUs(text: string, self: Self): boolean {
  const names = [self.settings?.viewerLogin ?? '', self.settings?.owner ?? ''].filter((name) => name !== '')
  return names.some((name) => new RegExp(`(?<![\\w@])@${name.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'i').test(text))
}

/** What a webhook or the REST API calls otherwise, in the names of GraphQL. */
export function fromRest(item: JsonRecord): JsonRecord {
  const { login, id, avatar_url: avatarUrl, html_url: url, type } = recordOf(item.user)
  const edited = typeof item.updated_at === 'string' && item.updated_at !== item.created_at ? item.updated_at : null
  return {
    id: item.node_id,
    title: item.title,
    body: item.body,
    createdAt: item.created_at,
    lastEditedAt: edited,
    authorAssociation: item.author_association,
    url: item.html_url,
    author: idOf(id) === null && nameOf(login) === null ? null : { login, databaseId: id, avatarUrl, url, __typename: type },
  }
}

type Known = { id: string; kind: MessageFact['kind']; self: Self; receivedAt: string }

function commentFact(node: JsonRecord, { id, kind, self, receivedAt }: Known): MessageFact {
  const text = textOf(node.body)
  const ours = kind === 'mention' ? false : isOurs(node, self)
  return messageFact({
    externalId: id,
    kind,
    ours,
    automated: ours && recordOf(node.author).__typename === 'Bot',
    author: authorOf(node.author),
    mentionsUs: !ours && namesUs(text, self),
    text,
    url: linkOf(node.url),
    platformAt: instantOf(node.createdAt) ?? receivedAt,
    editedAt: instantOf(node.lastEditedAt),
    version: hashOf([text]),
  })
}

/** Ours: written by the account that we answer with, by who belongs to the repository, or by a robot, which never answers anybody. */
function isOurs(node: JsonRecord, self: Self): boolean {
  return isViewer(node.author, self) || staff.has(textOf(node.authorAssociation)) || recordOf(node.author).__typename === 'Bot'
}

/** Whether it is the account of our token: by its number, or by its name where it has none. */
export function isViewer(author: unknown, self: Self): boolean {
  const { login } = recordOf(author)
  const viewerId = self.settings?.viewerId ?? ''
  return viewerId !== '' && (authorIdOf(author) === viewerId || login === viewerId)
}

/** Whose account was deleted has none any more. */
function authorOf(author: unknown): Author | null {
  const id = authorIdOf(author)
  if (id === null) return null
  const { login, avatarUrl, url } = recordOf(author)
  const handle = nameOf(login)
  return { externalId: id, handle, name: handle, avatarUrl: linkOf(avatarUrl), url: linkOf(url) }
}

/** Names change, numbers do not; REST calls the number `id`. */
function authorIdOf(author: unknown): string | null {
  const { databaseId, id, login } = recordOf(author)
  return idOf(databaseId) ?? (typeof id === 'number' ? idOf(id) : null) ?? nameOf(login)
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
