import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { pageLimit } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { fateOfStatic } from '../oauth/tokens.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { JsonObject } from '../world/item.ts'
import { chatOf } from './chat.ts'
import type { Params } from './chat.ts'
import { TelegramError, badRequest } from './errors.ts'
import { fileAt, getFile } from './files.ts'
import { setChats } from './ids.ts'
import { botUser, channelChat, groupChat, userOf } from './messages.ts'
import { updatesOf, usualKinds } from './updates.ts'
import type { Updates } from './updates.ts'
import { deleteMessage, editMessageCaption, editMessageText, sendFile, sendMessage, setMessageReaction } from './writes.ts'

/** The pretend Bot API. `waiting`: ends the call that waits for updates. */
export type Telegram = Context & { updates: Updates; sender: Sender; windows: Windows; waiting: { end: (() => void) | null } }

/** A pretend Telegram: the updates begin to count. */
export function openTelegram(context: Context, sender: Sender): Telegram {
  setChats(context)
  return { ...context, updates: updatesOf(context), sender, windows: new Windows(context, 'telegram'), waiting: { end: null } }
}

/** Registers every method by GET and POST, below the token. */
export function routeTelegram(app: FastifyInstance, telegram: Telegram): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    scope.get('/file/bot:token/*', async (request, reply) => {
      const { token = '', '*': path = '' } = request.params as Record<string, string>
      checkToken(telegram, token)
      const file = fileAt(telegram, path)
      if (!file) throw new TelegramError(404, 'Not Found')
      return reply.type(file.type).send(file.bytes)
    })
    scope.route({
      method: ['GET', 'POST'],
      url: '/bot:token/:method',
      handler: async (request) => {
        const { token = '', method = '' } = request.params as Record<string, string>
        checkToken(telegram, token)
        const run = methods[method.toLowerCase()]
        if (!run) throw new TelegramError(404, 'Not Found: method not found')
        return { ok: true, result: await run(telegram, paramsOf(request), request) }
      },
    })
  })
}

function checkToken(telegram: Telegram, token: string): void {
  const { botId, token: secret } = telegram.secrets.telegram
  if (!/^\d+:[\w-]+$/.test(token)) throw new TelegramError(404, 'Not Found')
  if (fateOfStatic(telegram, 'telegram', token, `${botId}:${secret}`) !== 'good') throw new TelegramError(401, 'Unauthorized')
}

/** Query and body; in a form, what is no text comes as JSON. */
function paramsOf(request: FastifyRequest): Params {
  const all: Params = { ...queryFields(request), ...bodyFields(request) }
  for (const [name, value] of Object.entries(all)) {
    if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || ['text', 'caption'].includes(name)) continue
    try {
      all[name] = JSON.parse(value)
    } catch {
      // It stays what it was; the method says what it thinks of it.
    }
  }
  return all
}

type Method = (telegram: Telegram, params: Params, request: FastifyRequest) => unknown

const methods: Record<string, Method> = {
  getme: (telegram) => ({ ...botUser(telegram), can_join_groups: true, can_read_all_group_messages: true, supports_inline_queries: false }),
  getupdates: getUpdates,
  setwebhook: setWebhook,
  deletewebhook: deleteWebhook,
  getwebhookinfo: ({ sender, updates }) => ({
    url: sender.target?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: sender.target ? sender.pending : updates.from(0).length,
    ...lastError(sender),
    allowed_updates: updates.allowed,
  }),
  getchat: getChat,
  getchatadministrators: (telegram, params) => {
    chatOf(telegram, params)
    return [memberOf(telegram)]
  },
  getchatmember: (telegram, params) => {
    chatOf(telegram, params)
    const id = textOf(params['user_id']) ?? ''
    if (id === telegram.secrets.telegram.botId) return memberOf(telegram)
    const account = telegram.world.accounts.telegram.get(id)
    if (!account) throw badRequest('user not found')
    return { status: 'member', user: userOf(account) }
  },
  getuserprofilephotos: () => ({ total_count: 0, photos: [] }),
  getfile: (telegram, params) => getFile(telegram, params),
  sendmessage: sendMessage,
  sendphoto: sendFile('photo'),
  sendvideo: sendFile('video'),
  sendanimation: sendFile('animation'),
  senddocument: sendFile('document'),
  editmessagetext: editMessageText,
  editmessagecaption: editMessageCaption,
  deletemessage: deleteMessage,
  setmessagereaction: setMessageReaction,
}

function memberOf(telegram: Telegram): JsonObject {
  return {
    status: 'administrator',
    user: botUser(telegram),
    can_be_edited: false,
    can_delete_messages: true,
    can_restrict_members: true,
    can_manage_chat: true,
    is_anonymous: false,
  }
}

function getChat(telegram: Telegram, params: Params): JsonObject {
  const { channelId, groupId } = telegram.secrets.telegram
  return chatOf(telegram, params) === 'group'
    ? { ...groupChat(telegram), linked_chat_id: Number(channelId), permissions: { can_send_messages: true } }
    : { ...channelChat(telegram), linked_chat_id: Number(groupId) }
}

/** Long polling: the call waits until something comes. Only one may wait, and none while a webhook is set. */
async function getUpdates(telegram: Telegram, params: Params, request: FastifyRequest): Promise<JsonObject[]> {
  const { updates, sender, waiting } = telegram
  if (sender.target)
    throw new TelegramError(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
  waiting.end?.()
  allow(telegram, params)
  const offset = Number(textOf(params['offset']) ?? 0) || 0
  const limit = Math.min(Math.max(Number(textOf(params['limit']) ?? 100) || 100, 1), 100)
  const timeoutMs = Math.min(Math.max(Number(textOf(params['timeout']) ?? 0) || 0, 0), 50) * 1000
  if (updates.from(offset).length === 0 && timeoutMs > 0) {
    let taken = false
    const { come, end } = updates.next(timeoutMs)
    const takeOver = (): void => {
      taken = true
      end()
    }
    waiting.end = takeOver
    request.raw.socket.once('close', end)
    await come
    request.raw.socket.off('close', end)
    if (waiting.end === takeOver) waiting.end = null
    if (taken)
      throw new TelegramError(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running')
  }
  return updates
    .from(0)
    .slice(0, pageLimit(telegram, limit))
    .map(({ body }) => body)
}

/** `allowed_updates` stays as it was set last; an empty list is the usual one. */
function allow({ updates, sender }: Telegram, params: Params): void {
  const wanted = params['allowed_updates']
  if (!Array.isArray(wanted)) return
  const kinds = wanted.filter((kind): kind is string => typeof kind === 'string')
  updates.allowed = kinds.length === 0 ? usualKinds : kinds
  sender.topics = [...updates.allowed]
}

function setWebhook(telegram: Telegram, params: Params): true {
  const url = textOf(params['url']) ?? ''
  const secret = textOf(params['secret_token']) ?? ''
  if (url === '') return deleteWebhook(telegram, params)
  if (!/^https?:\/\//.test(url)) throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  if (!/^[\w-]{0,256}$/.test(secret)) throw badRequest('secret token contains unallowed characters')
  allow(telegram, params)
  const waiting = textOf(params['drop_pending_updates']) === 'true' ? [] : [...telegram.updates.from(0)]
  telegram.updates.drop()
  telegram.sender.target = { url, secret, verifyToken: '' }
  for (const { kind, body } of waiting) telegram.sender.tell({ topic: kind, value: body })
  return true
}

function deleteWebhook(telegram: Telegram, params: Params): true {
  // What happened meanwhile was sent there.
  if (telegram.sender.target || textOf(params['drop_pending_updates']) === 'true') telegram.updates.drop()
  telegram.sender.target = null
  return true
}

function lastError({ log }: Sender): JsonObject {
  const failed = log.findLast(({ status }) => status < 200 || status >= 300)
  if (!failed) return {}
  const message = failed.error ?? `Wrong response from the webhook: ${failed.status}`
  return { last_error_date: Math.floor(Date.parse(failed.at) / 1000), last_error_message: message }
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof TelegramError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known = status < 500 ? badRequest("can't parse the request") : new TelegramError(500, 'Internal Server Error')
  return reply.code(known.status).send(known.body)
}
