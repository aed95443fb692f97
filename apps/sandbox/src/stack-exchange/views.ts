import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { commentsOf, numberOf, platform, postOf, site, typeOf } from './ids.ts'

/** How much of an object is wanted: a filter of the API. `default` has no bodies, one of the caller's own has everything. */
export type Filter = { body: boolean; all: boolean }

/** Reads the name of a filter. */
export function filterOf(name: string | undefined): Filter {
  const all = name !== undefined && !['default', 'withbody', 'none', 'total'].includes(name)
  return { body: all || name === 'withbody', all }
}

/** A comment, wherever it stands. Its words are HTML. */
export function commentView(context: Context, item: Item, filter: Filter): JsonObject {
  const { world } = context
  const post = postOf(world, item)
  return {
    owner: owner(context, world.author(item)),
    ...(post ? {} : { post_type: 'question' }),
    ...(post ? { post_type: typeOf(post) } : {}),
    edited: item.editedAt !== null,
    score: item.likes.size,
    ...(filter.all ? { upvoted: item.likes.has(world.brand(platform).id), link: link(context, item) } : {}),
    creation_date: seconds(item.createdAt),
    post_id: post ? numberOf(post) : item.extra['question'],
    comment_id: numberOf(item),
    content_license: 'CC BY-SA 4.0',
    ...(filter.all ? { body_markdown: encoded(item.text) } : {}),
    ...(filter.body ? { body: paragraphless(item.text).replaceAll('\n', '<br>') } : {}),
  }
}

/** A question, as it is listed among questions. */
export function questionView(context: Context, item: Item, filter: Filter): JsonObject {
  const answers = context.world.replies(item).filter((each) => typeOf(each) === 'answer')
  return {
    tags: ['leather', 'sewing'],
    owner: owner(context, context.world.author(item)),
    is_answered: answers.length > 0,
    view_count: 40 + item.likes.size * 7,
    answer_count: answers.length,
    ...(filter.all ? { comment_count: commentsOf(context.world, item).length } : {}),
    score: item.likes.size,
    ...dates(context, item),
    question_id: numberOf(item),
    content_license: 'CC BY-SA 4.0',
    link: link(context, item),
    title: encoded(item.title || item.text.slice(0, 80)),
    ...bodies(item, filter),
  }
}

/** An answer. */
export function answerView(context: Context, item: Item, filter: Filter): JsonObject {
  const question = context.world.items[platform].get(item.parentId ?? '')
  return {
    owner: owner(context, context.world.author(item)),
    is_accepted: false,
    score: item.likes.size,
    ...dates(context, item),
    answer_id: numberOf(item),
    question_id: question ? numberOf(question) : null,
    content_license: 'CC BY-SA 4.0',
    ...(filter.all ? { comment_count: commentsOf(context.world, item).length, link: link(context, item) } : {}),
    ...bodies(item, filter),
  }
}

/** A question or answer, as it is listed among posts. */
export function postView(context: Context, item: Item, filter: Filter): JsonObject {
  return {
    owner: owner(context, context.world.author(item)),
    score: item.likes.size,
    ...dates(context, item),
    post_type: typeOf(item),
    post_id: numberOf(item),
    content_license: 'CC BY-SA 4.0',
    link: link(context, item),
    ...(filter.all ? { title: encoded(item.title) } : {}),
    ...bodies(item, filter),
  }
}

/** What the inbox tells of an item; its words come as text, encoded. */
export function inboxView(context: Context, item: Item, filter: Filter): JsonObject {
  const { world } = context
  const post = postOf(world, item)
  const question = post && typeOf(post) === 'answer' ? world.items[platform].get(post.parentId ?? '') : post
  return {
    item_type: typeOf(item) === 'answer' ? 'new_answer' : 'comment',
    question_id: question ? numberOf(question) : item.extra['question'],
    ...(post && typeOf(post) === 'answer' ? { answer_id: numberOf(post) } : {}),
    ...(typeOf(item) === 'comment' ? { comment_id: numberOf(item) } : {}),
    title: encoded(question ? question.title : 'Looking for a bag that can be mended'),
    creation_date: seconds(item.createdAt),
    is_unread: true,
    site: { site_type: 'main_site', name: 'Stack Overflow', api_site_parameter: site, site_url: 'https://stackoverflow.com' },
    link: link(context, item),
    ...(filter.body ? { body: encoded(item.text) } : {}),
  }
}

/** A user in full, as `/me` tells of oneself. */
export function userView(context: Context, account: Account): JsonObject {
  return {
    ...owner(context, account),
    is_employee: false,
    creation_date: seconds(account.createdAt),
    last_access_date: seconds(context.world.clock(platform)),
  }
}

function owner(context: Context, account: Account): JsonObject {
  return {
    account_id: Number(account.id) + 1,
    reputation: account.isBrand ? 1_204 : 61,
    user_id: Number(account.id),
    user_type: 'registered',
    profile_image: `${context.publicUrl()}/${platform}/picture.svg`,
    display_name: encoded(account.name),
    link: `${context.publicUrl()}/${platform}/users/${account.id}/${account.handle}`,
  }
}

function dates({ world }: Context, item: Item): JsonObject {
  const below = world.replies(item).filter((each) => typeOf(each) === 'answer')
  return {
    creation_date: seconds(item.createdAt),
    last_activity_date: seconds(Math.max(item.editedAt ?? item.createdAt, ...below.map((each) => each.createdAt))),
    ...(item.editedAt === null ? {} : { last_edit_date: seconds(item.editedAt) }),
  }
}

function bodies(item: Item, filter: Filter): JsonObject {
  return {
    ...(filter.all ? { body_markdown: encoded(item.text) } : {}),
    ...(filter.body ? { body: `<p>${paragraphless(item.text).replaceAll(/\n{2,}/g, '</p>\n\n<p>')}</p>\n` } : {}),
  }
}

/** Where an item is to be seen. */
function link({ publicUrl }: Context, item: Item): string {
  const base = `${publicUrl()}/${platform}`
  if (typeOf(item) === 'answer') return `${base}/a/${numberOf(item)}`
  if (typeOf(item) === 'question') return `${base}/q/${numberOf(item)}`
  return `${base}/posts/comments/${numberOf(item)}`
}

/** Comments have no paragraphs: encoded, and addresses made links. */
function paragraphless(text: string): string {
  return encoded(text).replaceAll(
    /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/g,
    (url) => `<a href="${url}" rel="nofollow noreferrer">${url.replace(/^https?:\/\//, '')}</a>`,
  )
}

function encoded(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

/** Whole seconds since 1970. */
export function seconds(at: number): number {
  return Math.floor(at / 1000)
}
