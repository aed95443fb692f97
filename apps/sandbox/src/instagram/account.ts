import type { Context } from '../context.ts'
import { GraphError, objectMissing, unknownField } from '../graph/errors.ts'
import type { Field } from '../graph/fields.ts'
import type { JsonObject } from '../world/item.ts'
import { mentionedNode } from './node.ts'
import type { NodeView } from './node.ts'
import { pageToken } from './token.ts'
import type { Caller } from './token.ts'

/** The account itself, by its id or as `me` of its own login. `user_id` is what webhooks call it; the `id` of `me` belongs to the app. */
export function accountNode(view: NodeView, caller: Caller, asMe: boolean, fields: Field[] | null): JsonObject {
  const { accountId, appScopedId } = view.secrets.instagram
  const known: JsonObject = {
    id: asMe ? appScopedId : accountId,
    user_id: accountId,
    username: view.world.brand('instagram').handle,
    name: 'Fieldnote',
    account_type: 'BUSINESS',
    profile_picture_url: `${view.publicUrl()}/instagram/picture.svg`,
    biography: 'Bags and natural dyes',
    website: `${view.publicUrl()}/instagram`,
    followers_count: 18_420,
    follows_count: 211,
    media_count: view.world.posts('instagram', true).length,
  }
  const node: JsonObject = { id: known['id'] }
  for (const field of fields ?? []) {
    if (field.name === 'mentioned_media' || field.name === 'mentioned_comment') node[field.name] = mentioned(view, caller, field)
    else if (field.name in known && !(field.name === 'user_id' && caller !== 'account')) node[field.name] = known[field.name]
    else throw unknownField(field.name, 'IGUser')
  }
  return node
}

/** `mentioned_media.media_id(...)` and `mentioned_comment.comment_id(...)`. Only by way of a Page where the quirk says so; the documents of the other login are silent. */
function mentioned(view: NodeView, caller: Caller, { name, modifiers, fields }: Field): JsonObject {
  if (caller === 'account' && view.faults.quirks['mentionsNeedPage'] === true) throw unknownField(name, 'IGUser')
  const id = modifiers[name === 'mentioned_media' ? 'media_id' : 'comment_id'] ?? ''
  const item = view.world.find('instagram', id)
  const isMedia = item?.parentId === null
  if (!item?.mentionsBrand || isMedia !== (name === 'mentioned_media')) throw objectMissing(id, 'get')
  return mentionedNode(view, item, fields)
}

/** The person who looks after the Page, or the Page. */
export function loginNode(context: Context, caller: Caller, fields: Field[] | null): JsonObject {
  const { pageId, userId, accountId } = context.secrets.instagram
  if (caller === 'app') throw new GraphError(2500, 'An active access token must be used to query information about the current user.')
  if (caller === 'person') return { id: userId, name: 'Fieldnote admin' }
  const known: JsonObject = { id: pageId, name: 'Fieldnote', instagram_business_account: { id: accountId } }
  return Object.fromEntries(
    (fields ?? [{ name: 'id' }, { name: 'name' }]).flatMap(({ name }) => (name in known ? [[name, known[name]]] : [])),
  )
}

/** `GET /me/accounts` of Facebook's login: the one Page, with its token and the account that is linked to it. */
export function pagesNode(context: Context, fields: Field[] | null): JsonObject {
  const { pageId, accountId } = context.secrets.instagram
  const page: JsonObject = {
    id: pageId,
    name: 'Fieldnote',
    access_token: pageToken(context.secrets),
    tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
    instagram_business_account: {
      id: accountId,
      username: context.world.brand('instagram').handle,
      name: 'Fieldnote',
      profile_picture_url: `${context.publicUrl()}/instagram/picture.svg`,
    },
  }
  const asked = fields?.map(({ name }) => name) ?? ['id', 'name', 'access_token', 'tasks']
  return { data: [Object.fromEntries(['id', ...asked].map((name) => [name, page[name]]))] }
}
