import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { bare, isComment, linkIdOf, nameOf, parentIdOf, subreddits } from './ids.ts'

export type Thing = { kind: string; data: JsonObject }

/** Why something is in the brand's inbox. */
export type Reason = 'post_reply' | 'comment_reply' | 'username_mention'

/** A post (`t3`) or comment (`t1`) as its kind. Deleted ones keep their place without words and writer. */
export function thing(context: Context, item: Item): Thing {
  return isComment(item) ? { kind: 't1', data: comment(context, item) } : { kind: 't3', data: link(context, item) }
}

/** A Listing of things; `before` and `after` are fullnames where it goes on. */
export function listing(children: Thing[], place: { before?: string | null; after?: string | null } = {}): Thing {
  return {
    kind: 'Listing',
    data: { after: place.after ?? null, before: place.before ?? null, dist: children.length, geo_filter: '', children },
  }
}

/** A comment in the inbox: what it answers is told by `context`, not by a link id. */
export function inboxItem(context: Context, item: Item, reason: Reason, isNew: boolean): Thing {
  const { world } = context
  const { id, name, author, author_fullname, body, body_html, parent_id, score, likes, created_utc, permalink } = comment(context, item)
  return {
    kind: 't1',
    data: {
      id,
      name,
      author,
      author_fullname,
      subreddit: subredditOf(item),
      subreddit_name_prefixed: `r/${subredditOf(item)}`,
      body,
      body_html,
      parent_id,
      context: `${String(permalink)}?context=3`,
      link_title: titleOf(world.items.reddit.get(item.rootId)),
      subject: subjects[reason],
      type: reason,
      was_comment: true,
      new: isNew,
      dest: world.brand('reddit').handle,
      num_comments: world.items.reddit.get(item.rootId)?.replyIds.length ?? 1,
      score,
      likes,
      distinguished: null,
      replies: '',
      first_message: null,
      first_message_name: null,
      created: created_utc,
      created_utc,
    },
  }
}

const subjects: Record<Reason, string> = { post_reply: 'post reply', comment_reply: 'comment reply', username_mention: 'username mention' }

/** The post of a thread that is not kept here: only comments of it are. */
export function strangeLink(context: Context, item: Item): Thing {
  const id = linkIdOf(item)
  return {
    kind: 't3',
    data: {
      id: bare(id),
      name: id,
      title: 'Weekly questions thread',
      selftext: 'Ask anything.',
      author: 'AutoModerator',
      author_fullname: 't2_6l4z3',
      subreddit: subreddits.others,
      permalink: `/r/${subreddits.others}/comments/${bare(id)}/weekly_questions_thread/`,
      num_comments: 1 + context.world.descendants(item).length,
      score: 12,
      created_utc: seconds(item.createdAt - 86_400_000),
      edited: false,
      locked: false,
      archived: false,
    },
  }
}

/** Where an item stands, without the host. */
export function permalinkOf(context: Context, item: Item): string {
  const root = context.world.items.reddit.get(item.rootId)
  const title = root && !isComment(root) ? slug(titleOf(root)) : 'weekly_questions_thread'
  const thread = `/r/${subredditOf(item)}/comments/${bare(linkIdOf(item))}/${title}/`
  return isComment(item) ? `${thread}${bare(item.id)}/` : thread
}

function comment(context: Context, item: Item): JsonObject {
  const { world } = context
  const isGone = item.deletedAt !== null
  const brand = world.brand('reddit')
  const root = world.items.reddit.get(item.rootId)
  return {
    id: bare(item.id),
    name: item.id,
    ...writer(context, item),
    ...place(context, item),
    body: isGone ? '[deleted]' : item.text,
    body_html: `<div class="md"><p>${isGone ? '[deleted]' : inHtml(item.text)}</p>\n</div>`,
    parent_id: parentIdOf(item),
    link_id: linkIdOf(item),
    link_author: root && !isComment(root) ? nameOf(world.author(root)) : 'AutoModerator',
    link_title: titleOf(root),
    is_submitter: root?.authorId === item.authorId,
    edited: item.editedAt === null ? false : seconds(item.editedAt),
    score: item.likes.size + 1,
    score_hidden: false,
    controversiality: 0,
    likes: item.likes.has(brand.id) ? true : null,
    replies: '',
    removed: item.hidden,
    locked: item.extra['locked'] === true,
    distinguished: null,
  }
}

function link(context: Context, item: Item): JsonObject {
  const { world } = context
  const isGone = item.deletedAt !== null
  return {
    id: bare(item.id),
    name: item.id,
    ...writer(context, item),
    ...place(context, item),
    title: titleOf(item),
    selftext: isGone ? '[deleted]' : item.title === '' && item.text.length <= 300 ? '' : item.text,
    is_self: true,
    url: `https://www.reddit.com${permalinkOf(context, item)}`,
    edited: item.editedAt === null ? false : seconds(item.editedAt),
    score: item.likes.size + 1,
    upvote_ratio: 0.97,
    num_comments: world.descendants(item).length,
    num_crossposts: 0,
    view_count: null,
    likes: item.likes.has(world.brand('reddit').id) ? true : null,
    locked: item.extra['locked'] === true,
    archived: item.extra['archived'] === true,
    over_18: false,
    stickied: false,
  }
}

function place(context: Context, item: Item): JsonObject {
  return {
    subreddit: subredditOf(item),
    subreddit_name_prefixed: `r/${subredditOf(item)}`,
    permalink: permalinkOf(context, item),
    created: seconds(item.createdAt),
    created_utc: seconds(item.createdAt),
  }
}

/** Gone accounts, and the writers of deleted things, have no name any more. */
function writer(context: Context, item: Item): JsonObject {
  const author = context.world.author(item)
  const isGone = item.deletedAt !== null || isHidden(context, author)
  return isGone ? { author: '[deleted]' } : { author: nameOf(author), author_fullname: author.id }
}

function isHidden({ faults }: Context, { id, isBrand }: Account): boolean {
  const share = faults.quirks.anonymousAuthors
  return !isBrand && share > 0 && (Number.parseInt(id.slice(-2), 36) % 10) / 10 < share
}

function subredditOf(item: Item): string {
  return linkIdOf(item) === item.rootId ? subreddits.own : subreddits.others
}

function titleOf(root: Item | undefined): string {
  return root === undefined || isComment(root) ? 'Weekly questions thread' : root.title || root.text.slice(0, 300)
}

function slug(title: string): string {
  return (
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_|_$/g, '')
      .slice(0, 50) || '_'
  )
}

function seconds(at: number): number {
  return Math.floor(at / 1000)
}

function inHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n\n', '</p>\n\n<p>')
}
