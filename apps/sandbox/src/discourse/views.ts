import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { withImages } from './uploads.ts'
import { home, numberOf, postNumberOf, topicIdOf } from './ids.ts'

/** What kind of reader a post is written for: `raw` words only where somebody asked for them. */
export type PostView = { raw: boolean }

/** The post that a topic began with. */
export function firstOf({ world }: Context, item: Item): Item {
  return world.items.discourse.get(item.rootId) ?? item
}

/** The title; a post without one lends its first words. */
export function titleOf(first: Item): string {
  return first.title || (first.text.split('\n')[0] ?? '').slice(0, 80)
}

/** The title as addresses have it: latin letters, digits and dashes; `-` where nothing is left. */
export function slugOf(first: Item): string {
  const slug = titleOf(first)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  return slug || '-'
}

/** The number of the post that this one answers; null where it answers the topic. */
export function repliesTo({ world }: Context, item: Item): number | null {
  const above = world.items.discourse.get(item.parentId ?? '')
  return !above || above.parentId === null ? null : postNumberOf(above)
}

/** A post as every endpoint gives it. */
export function postOf(context: Context, item: Item, { raw }: PostView): JsonObject {
  const { world } = context
  const first = firstOf(context, item)
  const author = world.author(item)
  const brand = world.brand('discourse')
  const above = item.parentId === null ? undefined : world.find('discourse', item.parentId)
  const answered = above && above.parentId !== null ? world.author(above) : null
  const updatedAt = item.editedAt ?? item.createdAt
  return {
    id: numberOf(item),
    name: author.name,
    username: author.handle,
    avatar_template: avatarOf(author),
    created_at: iso(item.createdAt),
    ...(raw ? { raw: item.text } : {}),
    cooked: cook(context, item.text),
    post_number: postNumberOf(item),
    post_type: 1,
    posts_count: 1 + world.descendants(first).length,
    updated_at: iso(updatedAt),
    reply_count: world.replies(item).length,
    reply_to_post_number: repliesTo(context, item),
    ...(answered ? { reply_to_user: { username: answered.handle, name: answered.name, avatar_template: avatarOf(answered) } } : {}),
    quote_count: 0,
    incoming_link_count: 0,
    reads: 3,
    readers_count: 2,
    score: 15.4,
    yours: author.id === brand.id,
    topic_id: topicIdOf(item),
    topic_slug: slugOf(first),
    topic_title: titleOf(first),
    category_id: 5,
    display_username: author.name,
    version: 1 + item.earlier.length,
    can_edit: author.id === brand.id,
    can_delete: true,
    actions_summary: likesOf(item, brand.id),
    moderator: author.isBrand,
    admin: false,
    staff: author.isBrand,
    user_id: Number(author.id),
    hidden: item.hidden,
    trust_level: author.isBrand ? 4 : 1,
    deleted_at: item.deletedAt === null ? null : iso(item.deletedAt),
    user_deleted: false,
    edit_reason: null,
    wiki: false,
  }
}

/** Likes are action 2; the entry is left out where nobody liked and nobody can. */
function likesOf(item: Item, brandId: string): JsonObject[] {
  const count = item.likes.size
  const acted = item.likes.has(brandId)
  if (item.authorId === brandId && count === 0) return []
  return [{ id: 2, ...(count > 0 ? { count } : {}), ...(acted ? { acted: true, can_undo: true } : { can_act: item.authorId !== brandId }) }]
}

/** A topic without its posts. */
export function topicOf(context: Context, first: Item): JsonObject {
  const below = context.world.descendants(first)
  const people = new Set([first, ...below].map((item) => item.authorId))
  return {
    id: topicIdOf(first),
    title: titleOf(first),
    fancy_title: escapeHtml(titleOf(first)),
    slug: slugOf(first),
    posts_count: 1 + below.length,
    created_at: iso(first.createdAt),
    last_posted_at: iso(Math.max(first.createdAt, ...below.map((item) => item.createdAt))),
    views: 40 + below.length * 7,
    reply_count: below.filter((item) => item.parentId !== first.id).length,
    like_count: [first, ...below].reduce((sum, item) => sum + item.likes.size, 0),
    participant_count: people.size,
    highest_post_number: Number(first.extra['highest'] ?? 1),
    archetype: 'regular',
    closed: first.extra['closed'] === true,
    archived: first.extra['archived'] === true,
    visible: true,
    pinned: false,
    category_id: 5,
    user_id: Number(first.authorId),
    deleted_at: null,
  }
}

/** Every living post of a topic by its number. */
export function streamOf({ world }: Context, first: Item): Item[] {
  return [first, ...world.descendants(first)].sort((a, b) => postNumberOf(a) - postNumberOf(b))
}

/** A user; only what others may see. */
export function userOf(account: Account): JsonObject {
  return { id: Number(account.id), username: account.handle, name: account.name, avatar_template: avatarOf(account) }
}

function avatarOf(account: Account): string {
  return `/user_avatar/${home}/${encodeURIComponent(account.handle)}/{size}/1_2.png`
}

/** The words as HTML. Markdown stays as it was written, but for mentions, line breaks and pictures: the real one renders all of it. */
function cook(context: Context, text: string): string {
  const paragraphs = escapeHtml(text).split(/\n{2,}/)
  const withNames = (html: string): string =>
    html.replaceAll(
      /(^|[\s(])@([\w.-]*\w)/g,
      (_, before: string, name: string) => `${before}<a class="mention" href="/u/${name.toLowerCase()}">@${name}</a>`,
    )
  const html = paragraphs.map((each) => `<p>${withNames(each).replaceAll('\n', '<br>\n')}</p>`).join('\n')
  return withImages(context, html, escapeHtml)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A time as the forum writes it. */
export function iso(at: number): string {
  return new Date(at).toISOString()
}
