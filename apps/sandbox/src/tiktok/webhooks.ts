import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { hmac256 } from '../http/hmac.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { requireApp } from './auth.ts'
import type { TikTokSecrets } from './auth.ts'
import { invalid, missing } from './errors.ts'
import { isReply } from './ids.ts'
import type { TikTok } from './routes.ts'

/** `comment.update`, an event a request, signed with the time. Nobody is asked whether they want it. Likes and edits are not told. */
export const tiktokWebhooks: WebhookDialect<TikTokSecrets> = {
  signature: 'tiktok-signature',
  topics: ['COMMENT'],
  batches: false,
  app: ({ appId, appSecret }) => ({ appId, appSecret, verifyToken: '' }),
  eventsOf,
  bodyOf: ({ secrets, world }, events) =>
    JSON.stringify({
      client_key: secrets.tiktok.appId,
      event: 'comment.update',
      create_time: Math.floor(world.clock('tiktok') / 1000),
      user_openid: secrets.tiktok.openId,
      content: events[0]?.value,
    }),
  headersOf: ({ body, secret, id, at }) => {
    const time = Math.floor(at.getTime() / 1000)
    return {
      'content-type': 'application/json',
      'tiktok-signature': `t=${time},s=${hmac256(secret, `${time}.${body}`)}`,
      'webhook-schema-version': '1.0',
      'user-agent': 'tiktok-webhook',
      'x-tt-logid': `${time}${String(id).padStart(8, '0')}`,
    }
  },
}

const actions: Partial<Record<Happening['kind'], string>> = {
  added: 'insert',
  removed: 'delete',
  hidden: 'set_to_hidden',
  unhidden: 'set_to_public',
}

/** What the account wrote itself is told like all else; that everybody can see it is told once more. */
function eventsOf(context: Context, { kind, item, at }: Happening): WebhookEvent[] {
  const action = actions[kind]
  if (item.parentId === null || action === undefined) return []
  const passed = kind === 'added' && context.world.author(item).isBrand && item.extra['spam'] !== true
  const told = passed ? [action, 'set_to_public'] : [action]
  return told.map((each) => ({ topic: 'COMMENT', value: contentOf(context, item, each, at) }))
}

/** The content is JSON in a text, and the ids in it are numbers of 19 digits, which no JSON library writes. */
function contentOf({ secrets, world }: Context, item: Item, action: string, at: number): string {
  const author = world.author(item)
  const ids = [`"comment_id":${item.id}`, `"video_id":${item.rootId}`, ...(isReply(item) ? [`"parent_comment_id":${item.parentId}`] : [])]
  const rest = {
    comment_type: isReply(item) ? 'reply' : 'comment',
    comment_action: action,
    timestamp: Math.floor((action === 'insert' ? item.createdAt : at) / 1000),
    unique_identifier: author.isBrand ? secrets.tiktok.uniqueIdentifier : author.id,
    text: item.text,
  }
  return `{${ids.join(',')},${JSON.stringify(rest).slice(1)}`
}

const eventTypes = ['COMMENT', 'VIDEO', 'DIRECT_MESSAGE', 'BRAND_MENTION']

/** `/business/webhook/update/`, `get/` and `delete/`: one subscription an app and event; the caller is the app. */
export function subscription(tiktok: TikTok, request: FastifyRequest, what: 'update' | 'get' | 'delete'): JsonObject {
  const form: JsonObject = { ...queryFields(request), ...bodyFields(request) }
  requireApp(tiktok, textOf(form['app_id']), textOf(form['secret']))
  const type = textOf(form['event_type'])
  if (!type) throw missing('event_type')
  if (!eventTypes.includes(type)) throw invalid('event_type', `Must be one of: ${eventTypes.join(', ')}.`)
  const { appId, appSecret } = tiktok.secrets.tiktok
  const url = textOf(form['callback_url'])
  if (what === 'update') {
    if (!url) throw missing('callback_url')
    if (!/^https?:/.test(url) || !URL.canParse(url)) throw invalid('callback_url', 'Not a valid URL.')
    tiktok.hooks.set(type, url)
  } else if (what === 'delete') tiktok.hooks.delete(type)
  const there = tiktok.hooks.get(type)
  if (type === 'COMMENT' && what !== 'get')
    tiktok.webhooks.target = there === undefined ? null : { url: there, secret: appSecret, verifyToken: '' }
  return { app_id: appId, event_type: type, ...(there === undefined ? {} : { callback_url: there }) }
}
