import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import type { Tokens } from '../oauth/tokens.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { base, requireAccount, requireToken, tiktokTokens } from './auth.ts'
import { TikTokError, envelope, tooMany } from './errors.ts'
import { uploadImage } from './images.ts'
import { listComments, listReplies, listVideos } from './lists.ts'
import { giveTokens, renewTokens, revokeTokens, routeLogin, tokenInfo } from './login.ts'
import { accountView } from './views.ts'
import { subscription } from './webhooks.ts'
import { createComment, createReply, hide, like, pin, removeComment } from './writes.ts'

/** The pretend TikTok: its tokens, who agreed, and where its webhooks were ordered to. */
export type TikTok = Context & {
  tokens: Tokens
  codes: Codes
  windows: Windows
  webhooks: Sender
  agreed: Kept<boolean>
  hooks: Kept<string>
}

const codeSeconds = 600

/** A pretend TikTok with nothing in it yet. */
export function openTikTok(context: Context, webhooks: Sender): TikTok {
  return {
    ...context,
    tokens: tiktokTokens(context),
    codes: new Codes(() => context.world.clock('tiktok'), codeSeconds),
    windows: new Windows(context, 'tiktok'),
    webhooks,
    agreed: new Kept<boolean>(1),
    hooks: new Kept<string>(10),
  }
}

/** Registers the API for Business, version 1.3. Every path ends with a slash; without it there is nothing there. */
export function routeTikTok(app: FastifyInstance, tiktok: TikTok): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, tiktok)
    const open = (method: 'GET' | 'POST', path: string, answer: (request: FastifyRequest) => JsonObject) =>
      scope.route({ method, url: `${base}${path}`, handler: async (request) => envelope(0, 'OK', answer(request)) })
    open('POST', '/tt_user/oauth2/token/', (request) => giveTokens(tiktok, bodyFields(request)))
    open('POST', '/tt_user/oauth2/refresh_token/', (request) => renewTokens(tiktok, bodyFields(request)))
    open('POST', '/tt_user/oauth2/revoke/', (request) => revokeTokens(tiktok, bodyFields(request)))
    // Which of the two it takes the documents do not make plain.
    open('GET', '/tt_user/token_info/get/', (request) => tokenInfo(tiktok, queryFields(request)))
    open('POST', '/tt_user/token_info/get/', (request) => tokenInfo(tiktok, bodyFields(request)))
    open('POST', '/business/webhook/update/', (request) => subscription(tiktok, request, 'update'))
    open('GET', '/business/webhook/get/', (request) => subscription(tiktok, request, 'get'))
    open('POST', '/business/webhook/delete/', (request) => subscription(tiktok, request, 'delete'))
    scope.register(async (inner) => routeAccount(inner, tiktok))
  })
}

function routeAccount(scope: FastifyInstance, tiktok: TikTok): void {
  scope.addHook('preHandler', async (request) => {
    requireToken(tiktok.tokens, request)
    count(tiktok, request)
  })
  const read = (path: string, answer: (tiktok: TikTok, query: Record<string, string>) => JsonObject) =>
    scope.get(`${base}${path}`, async (request) => {
      const query = queryFields(request)
      requireAccount(tiktok, query['business_id'])
      return envelope(0, 'OK', answer(tiktok, query))
    })
  read('/business/get/', (_tiktok, { fields }) => accountView(tiktok, fields ? (JSON.parse(fields) as string[]) : ['display_name']))
  read('/business/video/list/', listVideos)
  read('/business/comment/list/', listComments)
  read('/business/comment/reply/list/', listReplies)
  const write = (path: string, answer: (tiktok: TikTok, request: FastifyRequest) => JsonObject) =>
    scope.post(`${base}${path}`, async (request, reply) => {
      const body = envelope(0, 'OK', answer(tiktok, request))
      if (tiktok.faults.quirks['numericTikTokIds'] !== true) return body
      // Some answers have had the ids of what was made as bare numbers.
      const bare = JSON.stringify(body).replaceAll(/"((?:parent_)?comment_id|video_id)":"(\d+)"/g, '"$1":$2')
      return reply.type('application/json; charset=utf-8').send(bare)
    })
  write('/business/comment/create/', createComment)
  write('/business/comment/reply/create/', createReply)
  write('/business/comment/like/', like)
  write('/business/comment/hide/', hide)
  write('/business/comment/pin/', pin)
  write('/business/comment/delete/', removeComment)
  write('/business/comment/image/upload/', uploadImage)
}

/** 40 calls a minute for each endpoint of the account, 600 and 10 a second for the app. No header tells. */
function count({ windows }: TikTok, request: FastifyRequest): void {
  const endpoint = (request.raw.url ?? '').split('?')[0] ?? ''
  const uses = [windows.use(endpoint, 40, 60), windows.use('app', 600, 60), windows.use('second', 10, 1)]
  const over = uses.findIndex((use) => use.over)
  if (over < 0) return
  throw new TikTokError(40100, tooMany(over === 2 ? 'second' : 'minute'))
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof TikTokError) return reply.code(200).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (error instanceof SyntaxError || status < 500)
    return reply.code(200).send(envelope(40002, 'The body or a parameter is not valid JSON.'))
  return reply.code(200).send(envelope(50000, 'System error'))
}
