import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { contentOf } from './content.ts'
import { attachmentsOf, maxMediaAttachments, mediaConfiguration } from './media.ts'
import { localDomain, mentionsIn } from './names.ts'

/** The longest status, in Mastodon's way of counting. */
export const maxCharacters = 500

/** The Account entity. */
export function accountEntity(context: Context, account: Account): JsonObject {
  const [username = account.handle] = account.handle.split('@')
  const picture = `${context.publicUrl()}/mastodon/picture.svg`
  return {
    id: account.id,
    username,
    acct: account.handle,
    display_name: account.name,
    locked: false,
    bot: false,
    discoverable: true,
    group: false,
    created_at: new Date(account.createdAt).toISOString(),
    note: account.isBrand ? '<p>Bags and natural dyes</p>' : '',
    url: profileUrl(context, account),
    uri: `https://${domainOf(account)}/users/${username}`,
    avatar: picture,
    avatar_static: picture,
    header: picture,
    header_static: picture,
    followers_count: account.isBrand ? 4380 : 120,
    following_count: 85,
    statuses_count: 40,
    last_status_at: null,
    emojis: [],
    fields: [],
    roles: [],
  }
}

/** The Status entity, as the brand sees it. */
export function statusEntity(context: Context, item: Item): JsonObject {
  const { world } = context
  const author = world.author(item)
  const parent = item.parentId ? world.items.mastodon.get(item.parentId) : undefined
  const quoted = world.find('mastodon', item.quotedId)
  const host = `https://${domainOf(author)}/users/${author.handle.split('@')[0]}`
  const mentions = mentionsIn(world, item.text).map((account) => ({
    id: account.id,
    username: account.handle.split('@')[0],
    acct: account.handle,
    url: profileUrl(context, account),
  }))
  return {
    id: item.id,
    created_at: new Date(item.createdAt).toISOString(),
    edited_at: item.editedAt === null ? null : new Date(item.editedAt).toISOString(),
    in_reply_to_id: item.parentId,
    in_reply_to_account_id: parent?.authorId ?? null,
    sensitive: item.spoiler !== '',
    spoiler_text: item.spoiler,
    visibility: item.visibility,
    language: item.lang,
    uri: `${host}/statuses/${item.id}`,
    url: statusUrl(context, item),
    // What only some may read is not counted, as on the real server.
    replies_count: world.replies(item).filter((reply) => reply.visibility === 'public' || reply.visibility === 'unlisted').length,
    reblogs_count: 0,
    favourites_count: item.likes.size,
    quotes_count: 0,
    favourited: item.likes.has(world.brand('mastodon').id),
    reblogged: false,
    muted: false,
    bookmarked: false,
    pinned: false,
    content: contentOf(world, item.text, (account) => profileUrl(context, account)),
    filtered: [],
    reblog: null,
    application: author.isBrand ? { name: 'Answerback', website: null } : null,
    account: accountEntity(context, author),
    media_attachments: attachmentsOf(context, item),
    mentions,
    tags: tagsIn(item.text),
    emojis: [],
    card: null,
    poll: null,
    quote: quoted ? { state: 'accepted', quoted_status: statusEntity(context, quoted) } : null,
  }
}

/** The Instance entity of API version 2. */
export function instanceEntity(context: Context): JsonObject {
  const contact = context.world.brand('mastodon')
  return {
    domain: localDomain,
    title: 'A pretend Mastodon',
    version: '4.5.2',
    source_url: 'https://github.com/mastodon/mastodon',
    description: 'A sandbox on this machine',
    usage: { users: { active_month: context.world.accounts.mastodon.size } },
    thumbnail: { url: `${context.publicUrl()}/mastodon/picture.svg` },
    icon: [],
    languages: ['en'],
    configuration: {
      urls: { streaming: streamingUrl(context) },
      accounts: { max_featured_tags: 10, max_pinned_statuses: 5 },
      statuses: {
        max_characters: maxCharacters,
        max_media_attachments: maxMediaAttachments,
        characters_reserved_per_url: 23,
      },
      media_attachments: mediaConfiguration,
      polls: { max_options: 4, max_characters_per_option: 50 },
      translation: { enabled: false },
    },
    registrations: { enabled: false, approval_required: false, message: null },
    api_versions: { mastodon: 7 },
    contact: { email: 'post@fieldnote.test', account: accountEntity(context, contact) },
    rules: [],
  }
}

/** The Instance entity of API version 1. */
export function instanceEntityV1(context: Context): JsonObject {
  const { world } = context
  const v2 = instanceEntity(context)
  const { configuration, title, description, version, languages, rules } = v2
  return {
    ...{ uri: localDomain, title, version, languages, rules, configuration },
    short_description: description,
    description,
    email: 'post@fieldnote.test',
    urls: { streaming_api: streamingUrl(context) },
    stats: {
      user_count: world.accounts.mastodon.size,
      status_count: world.items.mastodon.size,
      domain_count: 3,
    },
    thumbnail: null,
    registrations: false,
    approval_required: false,
    invites_enabled: false,
    contact_account: accountEntity(context, world.brand('mastodon')),
  }
}

function streamingUrl(context: Context): string {
  return `${context.publicUrl().replace(/^http/, 'ws')}/mastodon`
}

/** The public address of a status. */
export function statusUrl(context: Context, item: Item): string {
  const { handle } = context.world.author(item)
  return `${context.publicUrl()}/mastodon/@${handle}/${item.id}`
}

function profileUrl(context: Context, account: Account): string {
  return `${context.publicUrl()}/mastodon/@${account.handle}`
}

function domainOf(account: Account): string {
  return account.handle.split('@')[1] ?? localDomain
}

function tagsIn(text: string): JsonObject[] {
  const names = [...text.matchAll(/(?<![\p{L}\p{N}/&])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu)]
  return names.map((match) => ({
    name: (match[1] ?? '').toLowerCase(),
    url: `https://${localDomain}/tags/${encodeURIComponent(match[1] ?? '')}`,
  }))
}
