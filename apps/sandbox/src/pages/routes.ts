import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { dialectOf } from '../registry.ts'
import type { Item, PlatformId } from '../world/item.ts'
import { accountFor, speak } from '../world/speak.ts'
import { fileOf } from './files.ts'
import { brandPage, homePage, missingPage, postPage } from './pages.ts'
import { picture, styleSheet } from './style.ts'
import type { Visitor } from './thread.ts'

const maxCharacters = 5_000

/** Registers the public pages, their forms (POST and redirect), and every permalink the APIs give. */
export function routePages(app: FastifyInstance, context: Context, platforms: readonly PlatformId[]): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.headers(safety)
      const { origin, host } = request.headers
      const foreign = origin !== undefined && origin !== 'null' && new URL(origin).host !== host
      if (request.method === 'POST' && foreign) return reply.code(403).send('Not from there.')
    })
    scope.get('/style.css', async (_request, reply) => reply.type('text/css').send(styleSheet()))
    for (const prefix of ['', ...platforms.map((platform) => `/${platform}`)])
      scope.get(`${prefix}/picture.svg`, async (_request, reply) => reply.type('image/svg+xml').send(picture))
    scope.get('/files/:name', async (request, reply) => {
      const file = fileOf(context, (request.params as { name: string }).name)
      if (!file) return show(reply.code(404), missingPage())
      return reply.headers({ 'content-security-policy': "default-src 'none'; sandbox" }).type(file.type).send(file.bytes)
    })
    scope.get('/', async (_request, reply) => show(reply, homePage(context)))
    for (const platform of platforms) {
      routePlatform(scope, context, platform)
      routePermalinks(scope, context, platform)
    }
  })
}

function routePlatform(app: FastifyInstance, context: Context, platform: PlatformId): void {
  const { world } = context
  app.get(`/${platform}`, async (request, reply) => show(reply, brandPage(context, platform, visitorOf(request))))
  app.get(`/${platform}/p/:key`, async (request, reply) => {
    const item = itemOf(context, request)
    if (!item) return show(reply.code(404), missingPage())
    const root = world.items[platform].get(item.rootId) ?? item
    if (root !== item) return open(context, reply, item)
    return show(reply, postPage(context, item, visitorOf(request)))
  })
  const posting = (mention: boolean) => async (request: FastifyRequest, reply: FastifyReply) => {
    const words = wordsOf(request, reply)
    if (!words) return reply.redirect(`/${platform}`, 303)
    return open(context, reply, speak(world, { platform, ...words, mention }), 303)
  }
  app.post(`/${platform}/mentions`, posting(true))
  app.post(`/${platform}/posts`, posting(false))
  app.post(`/${platform}/reviews`, async (request, reply) => {
    const words = wordsOf(request, reply)
    const rating = Math.round(Number(textOf(bodyFields(request)['rating'])))
    if (!words || !(rating >= 1 && rating <= 5)) return reply.redirect(`/${platform}`, 303)
    return open(context, reply, speak(world, { platform, ...words, rating }), 303)
  })
  app.post(`/${platform}/items/:key/replies`, async (request, reply) => {
    const parent = itemOf(context, request)
    const words = wordsOf(request, reply)
    if (!parent || parent.deletedAt !== null) return show(reply.code(404), missingPage())
    if (!words) return open(context, reply, parent, 303)
    const { visibility } = parent
    return open(context, reply, speak(world, { platform, ...words, parentId: parent.id, visibility }), 303)
  })
  app.post(`/${platform}/items/:key/edits`, async (request, reply) => {
    const item = ownItem(context, request)
    const text = textOf(bodyFields(request)['text'])?.trim().slice(0, maxCharacters)
    if (!item) return show(reply.code(404), missingPage())
    if (text && text !== item.text) world.edit(item, text)
    return open(context, reply, item, 303)
  })
  app.post(`/${platform}/items/:key/deletion`, async (request, reply) => {
    const item = ownItem(context, request)
    if (!item) return show(reply.code(404), missingPage())
    world.remove(item)
    const root = world.find(platform, item.rootId)
    return reply.redirect(root ? `/${platform}/p/${root.key}` : `/${platform}`, 303)
  })
  app.post(`/${platform}/items/:key/likes`, async (request, reply) => {
    const item = itemOf(context, request)
    if (!item || item.deletedAt !== null) return show(reply.code(404), missingPage())
    const { writer, name } = rememberVisitor(request, reply)
    const liker = accountFor(world, platform, { name: name || `Visitor ${writer.slice(0, 4)}` })
    if (item.likes.has(liker.id)) world.unlike(item, liker.id)
    else world.like(item, liker.id)
    return open(context, reply, item, 303)
  })
}

function routePermalinks(app: FastifyInstance, context: Context, platform: PlatformId): void {
  for (const [path, leadsTo] of Object.entries(dialectOf(platform).permalinks ?? {}))
    app.get(`/${platform}${path}`, async (request, reply) => {
      const found = leadsTo(context, { params: request.params as Record<string, string>, query: queryFields(request) })
      if (found === 'brand') return reply.redirect(`/${platform}`)
      return found ? open(context, reply, found) : show(reply.code(404), missingPage())
    })
}

const safety = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

function show(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page)
}

function open(context: Context, reply: FastifyReply, item: Item, status = 302): FastifyReply {
  const root = context.world.items[item.platform].get(item.rootId) ?? item
  return reply.redirect(`/${item.platform}/p/${root.key}#c-${item.key}`, status)
}

function itemOf(context: Context, request: FastifyRequest): Item | undefined {
  return context.world.byKey.get((request.params as { key: string }).key)
}

function ownItem(context: Context, request: FastifyRequest): Item | undefined {
  const item = itemOf(context, request)
  const { writer } = visitorOf(request)
  return item && item.deletedAt === null && writer !== '' && item.writer === writer ? item : undefined
}

function wordsOf(request: FastifyRequest, reply: FastifyReply) {
  const form = bodyFields(request)
  const name = (textOf(form['name']) ?? '').trim().slice(0, 80)
  const text = (textOf(form['text']) ?? '').trim().slice(0, maxCharacters).replaceAll('\r\n', '\n')
  if (!name || !text) return null
  const { writer } = rememberVisitor(request, reply, name)
  return { author: { name }, text, writer }
}

function visitorOf(request: FastifyRequest): Visitor {
  const cookies = new Map(
    (request.headers.cookie ?? '').split(/; */).map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
  return { writer: cookies.get('writer') ?? '', name: decode(cookies.get('name') ?? '') }
}

function rememberVisitor(request: FastifyRequest, reply: FastifyReply, name?: string): Visitor {
  const known = visitorOf(request)
  const visitor = { writer: known.writer || randomUUID(), name: name ?? known.name }
  const rules = 'Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000'
  reply.header('set-cookie', [`writer=${visitor.writer}; ${rules}`, `name=${encodeURIComponent(visitor.name.toWellFormed())}; ${rules}`])
  return visitor
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
