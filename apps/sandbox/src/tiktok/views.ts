import type { Context } from '../context.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { invalid } from './errors.ts'
import { isReply } from './ids.ts'
import { imageUrlOf } from './images.ts'

/** A comment as the API lists it: hidden ones too, with what the account itself did to it. */
export function commentView(context: Context, item: Item): JsonObject {
  const { world, secrets } = context
  const author = world.author(item)
  return {
    comment_id: item.id,
    video_id: item.rootId,
    ...(isReply(item) ? { parent_comment_id: item.parentId } : {}),
    // The account's own name for itself is not its open_id.
    unique_identifier: author.isBrand ? secrets.tiktok.uniqueIdentifier : author.id,
    user_id: '',
    create_time: Math.floor(item.createdAt / 1000),
    text: item.text,
    likes: item.likes.size,
    replies: world.replies(item).length,
    owner: author.isBrand,
    liked: item.likes.has(world.brand('tiktok').id),
    pinned: item.extra['pinned'] === true,
    status: item.hidden ? 'HIDDEN' : 'PUBLIC',
    username: author.handle,
    display_name: author.name,
    profile_image: picture(context),
    image_url: imageUrlOf(context, item),
  }
}

/** A video with exactly the asked fields. Throws for a field that it does not have. */
export function videoView(context: Context, item: Item, fields: string[]): JsonObject {
  const known: JsonObject = {
    item_id: item.id,
    create_time: String(Math.floor(item.createdAt / 1000)),
    caption: item.text,
    share_url: `${context.publicUrl()}/tiktok/@${context.world.brand('tiktok').handle}/video/${item.id}`,
    embed_url: `${context.publicUrl()}/tiktok/embed/${item.id}`,
    thumbnail_url: picture(context),
    media_type: 'VIDEO',
    comments: context.world.descendants(item).length,
    likes: item.likes.size,
    shares: 0,
    favorites: 0,
    reach: 0,
    video_views: item.likes.size * 41 + 12,
    video_duration: 31.5,
  }
  const unknown = fields.find((name) => !(name in known))
  if (unknown !== undefined) throw invalid('fields', `'${unknown}' is not a valid choice.`)
  return Object.fromEntries(fields.map((name) => [name, known[name]]))
}

/** The account itself with exactly the asked fields. */
export function accountView(context: Context, fields: string[]): JsonObject {
  const brand = context.world.brand('tiktok')
  const known: JsonObject = {
    username: brand.handle,
    display_name: brand.name,
    profile_image: picture(context),
    is_business_account: true,
    bio_description: 'Bags and natural dyes',
    profile_deep_link: `${context.publicUrl()}/tiktok/@${brand.handle}`,
    followers_count: 18_200,
    videos_count: context.world.posts('tiktok', true).length,
  }
  const unknown = fields.find((name) => !(name in known))
  if (unknown !== undefined) throw invalid('fields', `'${unknown}' is not a valid choice.`)
  return Object.fromEntries(fields.map((name) => [name, known[name]]))
}

/** Addresses of pictures end after a while. */
function picture(context: Context): string {
  const end = Math.floor(context.world.clock('tiktok') / 86_400_000 + 2) * 86_400
  return `${context.publicUrl()}/tiktok/picture.svg?x-expires=${end}`
}
