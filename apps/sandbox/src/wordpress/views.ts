import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'

/** The site's clock is an hour before UTC, all year. */
export const siteOffsetMs = 3_600_000

export type Status = 'approved' | 'hold' | 'spam' | 'trash'

/** Where a comment stands with the moderators. */
export function statusOf(item: Item): Status {
  if (item.deletedAt !== null) return 'trash'
  if (!item.hidden) return 'approved'
  return item.extra['moderation'] === 'spam' ? 'spam' : 'hold'
}

/** A comment that is in the trash is still there; one that was deleted for good is not. */
export function isKept(item: Item): boolean {
  return item.parentId !== null && (item.deletedAt === null || item.extra['moderation'] === 'trash')
}

/** The number of the comment it answers, 0 right below the post; one that was never there stays as it was given. */
export function parentNumber(item: Item): number {
  const given = item.extra['parent']
  if (typeof given === 'number') return given
  return item.parentId === null || item.parentId === item.rootId ? 0 : numberOf(item.parentId)
}

/** Where the site says that it is, wherever it is called. */
export const home = 'journal.fieldnote.example'

/** The id of a post or comment: with the site, because every site counts from 1, and posts apart from comments. */
export function placeId(place: 'post' | 'comment', number: number | string): string {
  return `${home}/${place}/${number}`
}

/** The number in an id. */
export function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1))
}

export type View = { base: string; edit: boolean; embed: boolean }

/** A comment; `content.raw`, address and agent only for `context=edit`. */
export function commentView(context: Context, item: Item, { base, edit, embed }: View): JsonObject {
  const { world } = context
  const author = world.author(item)
  const root = world.items.wordpress.get(item.rootId)
  const id = numberOf(item.id)
  const post = numberOf(item.rootId)
  const parent = parentNumber(item)
  const href = `${base}/wp-json/wp/v2`
  return {
    id,
    post,
    parent,
    author: author.isBrand ? Number(author.id) : 0,
    author_name: author.name,
    author_url: '',
    ...(edit && {
      author_email: emailOf(author),
      author_ip: '203.0.113.9',
      author_user_agent: 'Mozilla/5.0',
    }),
    ...dates('date', item.createdAt),
    content: { rendered: rendered(item.text, author.isBrand), ...(edit && { raw: item.text }) },
    link: `${context.publicUrl()}/wordpress/archives/${post}#comment-${id}`,
    status: statusOf(item),
    type: 'comment',
    author_avatar_urls: avatars(context),
    meta: [],
    _links: {
      self: [{ href: `${href}/comments/${id}` }],
      collection: [{ href: `${href}/comments` }],
      ...(author.isBrand && { author: [{ embeddable: true, href: `${href}/users/${author.id}` }] }),
      up: [{ embeddable: true, post_type: 'post', href: `${href}/posts/${post}` }],
      ...(parent !== 0 && { 'in-reply-to': [{ embeddable: true, href: `${href}/comments/${parent}` }] }),
      ...(item.replyIds.length > 0 && { children: [{ href: `${href}/comments?parent=${id}` }] }),
    },
    ...(embed && root && { _embedded: { up: [postView(context, root, { base, edit: false, embed: false })] } }),
  }
}

/** A published post. */
export function postView(context: Context, item: Item, { base, edit }: View): JsonObject {
  const id = numberOf(item.id)
  const title = item.title || item.text.slice(0, 60)
  const href = `${base}/wp-json/wp/v2`
  return {
    id,
    ...dates('date', item.createdAt),
    guid: { rendered: `${context.publicUrl()}/wordpress/?p=${id}` },
    ...dates('modified', item.editedAt ?? item.createdAt),
    slug: slugOf(title),
    status: 'publish',
    type: 'post',
    link: `${context.publicUrl()}/wordpress/archives/${id}`,
    title: { rendered: escape(title), ...(edit && { raw: title }) },
    content: { rendered: rendered(item.text, false), protected: false, ...(edit && { raw: item.text }) },
    excerpt: { rendered: rendered(item.text.slice(0, 200), false), protected: false },
    author: Number(item.authorId),
    featured_media: 0,
    comment_status: item.extra['commentsClosed'] === true ? 'closed' : 'open',
    ping_status: 'closed',
    sticky: false,
    format: 'standard',
    meta: [],
    categories: [1],
    tags: [],
    _links: {
      self: [{ href: `${href}/posts/${id}` }],
      collection: [{ href: `${href}/posts` }],
      replies: [{ embeddable: true, href: `${href}/comments?post=${id}` }],
    },
  }
}

/** A user; e-mail, roles and what they may only for `context=edit`. */
export function userView(context: Context, account: Account, { edit, mayModerate }: { edit: boolean; mayModerate: boolean }): JsonObject {
  return {
    id: Number(account.id),
    name: account.name,
    url: '',
    description: '',
    link: `${context.publicUrl()}/wordpress/author/${account.handle}`,
    slug: account.handle,
    avatar_urls: avatars(context),
    meta: [],
    ...(edit && {
      username: account.handle,
      email: emailOf(account),
      locale: 'en_US',
      roles: [mayModerate ? 'editor' : 'author'],
      capabilities: { read: true, edit_posts: true, ...(mayModerate && { moderate_comments: true, edit_others_posts: true }) },
    }),
  }
}

/** What guests leave beside their name: their address is who they are. */
function emailOf({ id, isBrand }: Account): string {
  return isBrand ? 'hello@fieldnote.example' : `guest-${id}@example.org`
}

function avatars(context: Context): JsonObject {
  const url = `${context.publicUrl()}/wordpress/picture.svg`
  return { 24: url, 48: url, 96: url }
}

/** Local time and UTC, neither with a zone. */
function dates(name: string, at: number): JsonObject {
  return { [name]: local(at + siteOffsetMs), [`${name}_gmt`]: local(at) }
}

function local(at: number): string {
  return new Date(at).toISOString().slice(0, 19)
}

/** Paragraphs and breaks; what staff write is HTML already, what guests write is not. */
function rendered(text: string, isHtml: boolean): string {
  const html = isHtml ? text : escape(text)
  return html
    .split(/\n{2,}/)
    .map((part) => `<p>${part.replaceAll('\n', '<br />\n')}</p>\n`)
    .join('')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}
