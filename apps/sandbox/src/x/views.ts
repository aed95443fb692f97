import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { historyOf, idOf, prefixLength } from './ids.ts'
import { mediaKeysOf, mediaViews } from './media.ts'
import { asShown, cut, shortOf } from './text.ts'

/** Which fields were asked for; `expansions` fill `includes`. */
export type Asked = Record<'tweet' | 'user' | 'media' | 'expansions', ReadonlySet<string>>

const usual = ['id', 'text', 'edit_history_tweet_ids']

/** `tweet.fields`, `user.fields` and `expansions` of a query; the newer spelling `post.fields` is taken too. */
export function askedOf(query: Record<string, string>): Asked {
  const list = (name: string) => (query[name] ?? '').split(',').filter(Boolean)
  return {
    tweet: new Set([...usual, ...list('tweet.fields'), ...list('post.fields').map(olderName)]),
    user: new Set(['id', 'name', 'username', ...list('user.fields')]),
    media: new Set(['media_key', 'type', ...list('media.fields')]),
    expansions: new Set(list('expansions').map(olderName)),
  }
}

/** Everything, as webhooks bring it. */
export const everything: Asked = {
  tweet: new Set([
    ...usual,
    ...[
      'attachments',
      'author_id',
      'conversation_id',
      'created_at',
      'display_text_range',
      'edit_controls',
      'entities',
      'in_reply_to_user_id',
      'lang',
    ],
    ...['note_tweet', 'possibly_sensitive', 'public_metrics', 'referenced_tweets', 'reply_settings'],
  ]),
  user: new Set(['id', 'name', 'username', 'created_at', 'profile_image_url', 'protected', 'public_metrics', 'verified', 'verified_type']),
  media: new Set(['media_key', 'type', 'url', 'preview_image_url', 'alt_text']),
  expansions: new Set(['author_id', 'attachments.media_keys']),
}

const newer: [string, string][] = [
  ['edit_history_tweet_ids', 'edit_history_post_ids'],
  ['referenced_tweets', 'referenced_posts'],
  ['note_tweet', 'note_post'],
  ['retweet_count', 'repost_count'],
]

function olderName(name: string): string {
  return newer.reduce((text, [older, other]) => text.replace(other, older), name)
}

/** A post with the fields asked for. */
export function postView(context: Context, item: Item, asked: Asked): JsonObject {
  const { world } = context
  const { text, entities, cut: short } = shownOf(context, item)
  const keys = mediaKeysOf(context, item)
  const parent = world.items.x.get(item.parentId ?? '')
  const quoteCount = asked.tweet.has('public_metrics') ? countQuotes(context, item) : 0
  const referenced = [
    ...(item.parentId === null ? [] : [{ type: 'replied_to', id: item.parentId }]),
    ...(item.quotedId === null ? [] : [{ type: 'quoted', id: item.quotedId }]),
  ]
  const all: JsonObject = {
    id: idOf(item),
    text: short,
    edit_history_tweet_ids: historyOf(item),
    author_id: item.authorId,
    conversation_id: item.rootId,
    created_at: iso(item.createdAt),
    display_text_range: [Array.from(item.text.slice(0, prefixLength(item))).length, Array.from(short).length],
    edit_controls: {
      edits_remaining: Math.max(0, 6 - historyOf(item).length),
      is_edit_eligible: item.parentId === null,
      editable_until: iso(item.createdAt + 3_600_000),
    },
    ...(Object.keys(entities).length > 0 ? { entities } : {}),
    ...(parent ? { in_reply_to_user_id: parent.authorId } : {}),
    lang: item.lang,
    ...(keys.length > 0 ? { attachments: { media_keys: keys } } : {}),
    ...(short === text ? {} : { note_tweet: { text, entities } }),
    possibly_sensitive: false,
    public_metrics: {
      retweet_count: 0,
      reply_count: world.replies(item).length,
      like_count: item.likes.size,
      quote_count: quoteCount,
      bookmark_count: 0,
      impression_count: 40 + item.likes.size * 11,
    },
    ...(referenced.length > 0 ? { referenced_tweets: referenced } : {}),
    reply_settings: 'everyone',
  }
  return spelled(context, pick(all, asked.tweet))
}

/** Its words as X gives them, whole and cut. What it carries stands at their end, as a link of its own. */
export function shownOf(context: Context, item: Item): { text: string; cut: string; entities: JsonObject } {
  const { text, entities } = asShown(context.world, item.text)
  const keys = mediaKeysOf(context, item)
  if (keys.length === 0) return { text, cut: cut(text), entities }
  const link = shortOf(`media ${item.id}`)
  const kind = keys[0]?.startsWith('3_') ? 'photo' : 'video'
  const urls = keys.map((key) => ({
    start: Array.from(text).length + (text === '' ? 0 : 1),
    end: Array.from(text).length + (text === '' ? 0 : 1) + link.length,
    url: link,
    expanded_url: `${context.publicUrl()}/x/${context.world.author(item).handle}/status/${item.id}/${kind}/1`,
    display_url: `pic.x.com/${link.slice(-10)}`,
    media_key: key,
  }))
  const withLink = (words: string) => `${words} ${link}`.trim()
  const all = Array.isArray(entities['urls']) ? [...(entities['urls'] as JsonObject[]), ...urls] : urls
  return { text: withLink(text), cut: withLink(cut(text)), entities: { ...entities, urls: all } }
}

/** An account with the fields asked for. */
export function userView(context: Context, account: Account, asked: Asked): JsonObject {
  const all: JsonObject = {
    id: account.id,
    name: account.name,
    username: account.handle,
    created_at: iso(account.createdAt),
    profile_image_url: `${context.publicUrl()}/x/picture.svg`,
    protected: false,
    verified: false,
    verified_type: 'none',
    public_metrics: { followers_count: 90 + account.handle.length, following_count: 12, tweet_count: 50, listed_count: 0 },
  }
  return pick(all, asked.user)
}

/** What the expansions asked for bring along: authors, and the posts that are answered or quoted. Nothing asked, nothing there. */
export function includesOf(context: Context, items: Item[], asked: Asked): JsonObject {
  const { world } = context
  const wantsPosts = asked.expansions.has('referenced_tweets.id')
  const posts = wantsPosts ? items.flatMap((item) => [item.parentId, item.quotedId].flatMap((id) => world.find('x', id) ?? [])) : []
  const authors = [
    ...(asked.expansions.has('author_id') ? items : []),
    ...(asked.expansions.has('referenced_tweets.id.author_id') ? posts : []),
  ].map((item) => world.author(item))
  const media = asked.expansions.has('attachments.media_keys') ? items.flatMap((item) => mediaViews(context, item)) : []
  return {
    ...(media.length > 0 ? { media: media.map((each) => pick(each, asked.media)) } : {}),
    ...(authors.length > 0 ? { users: [...new Set(authors)].map((account) => userView(context, account, asked)) } : {}),
    ...(posts.length > 0 ? { tweets: [...new Set(posts)].map((item) => postView(context, item, asked)) } : {}),
  }
}

function pick(all: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
}

/** The documents and the specification spell some names in two ways; a quirk answers with the newer ones. */
function spelled(context: Context, view: JsonObject): JsonObject {
  if (!context.faults.quirks.saysPostForTweet) return view
  const text = newer.reduce((json, [older, other]) => json.replaceAll(`"${older}":`, `"${other}":`), JSON.stringify(view))
  return JSON.parse(text) as JsonObject
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function countQuotes({ world }: Context, item: Item): number {
  let count = 0
  for (const each of world.items.x.values()) if (each.quotedId === item.id && each.deletedAt === null) count += 1
  return count
}
