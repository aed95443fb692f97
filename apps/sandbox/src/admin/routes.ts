import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { bodyFields, queryFields } from '../http/body.ts'
import { fileAddress } from '../pages/files.ts'
import { platformIds } from '../registry.ts'
import type { Pace } from '../rhythm/rhythm.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Item } from '../world/item.ts'
import { accountFor, ask, speak } from '../world/speak.ts'
import * as shape from './shapes.ts'

/** What the admin API can reach besides the world. */
export type Controls = Context & {
  webhooks: Webhooks
  reset: (brand?: 'fieldnote' | 'empty') => void
  setPace: (pace: Pace) => void
}

/** Registers `/_admin/...`: JSON only, and only for callers that name this machine as the host. */
export function routeAdmin(app: FastifyInstance, controls: Controls): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      const host = (request.headers.host ?? '').replace(/:\d+$/, '')
      if (!['127.0.0.1', 'localhost', '[::1]'].includes(host))
        return reply.code(403).send({ error: 'The admin API answers only on this machine' })
    })
    scope.setErrorHandler((error, _request, reply) => {
      const refused = error instanceof z.ZodError
      const status = refused ? 422 : ((error as { statusCode?: number }).statusCode ?? 500)
      const issues = refused ? { issues: error.issues } : {}
      return reply.code(status).send({ error: refused ? 'Not understood' : String((error as Error).message), ...issues })
    })
    routeWorld(scope, controls)
    routeFaults(scope, controls)
    routeRecords(scope, controls)
  })
}

function routeWorld(app: FastifyInstance, controls: Controls): void {
  const { world } = controls
  app.post('/_admin/posts', async (request) => view(controls, speak(world, shape.postShape.parse(json(request)))))
  app.post('/_admin/comments', async (request) => {
    const speech = shape.commentShape.parse(json(request))
    itemOf(controls, { platform: speech.platform, id: speech.parentId })
    return view(controls, speak(world, speech))
  })
  app.post('/_admin/mentions', async (request) =>
    view(controls, speak(world, { ...shape.mentionShape.parse(json(request)), mention: true })),
  )
  app.post('/_admin/questions', async (request) => view(controls, ask(world, shape.questionShape.parse(json(request)))))
  app.post('/_admin/quotes', async (request) => view(controls, speak(world, shape.quoteShape.parse(json(request)))))
  app.post('/_admin/brand-replies', async (request) => {
    const speech = shape.brandReplyShape.parse(json(request))
    itemOf(controls, { platform: speech.platform, id: speech.parentId })
    return view(controls, speak(world, { ...speech, author: 'brand' }))
  })
  app.post('/_admin/edits', async (request) => {
    const { text, at, title, rating, ...target } = shape.editShape.parse(json(request))
    return view(controls, world.edit(itemOf(controls, target), text, { at, title, rating }))
  })
  app.post('/_admin/deletions', async (request) => {
    const target = shape.itemShape.parse(json(request))
    world.remove(itemOf(controls, target), target.at)
    return { ok: true }
  })
  app.post('/_admin/likes', async (request) => {
    const { author, ...target } = shape.likeShape.parse(json(request))
    world.like(itemOf(controls, target), accountFor(world, target.platform, author).id)
    return { ok: true }
  })
  app.delete('/_admin/likes', async (request) => {
    const { author, ...target } = shape.likeShape.parse(json(request))
    world.unlike(itemOf(controls, target), accountFor(world, target.platform, author).id)
    return { ok: true }
  })
  app.post('/_admin/reset', async (request) => {
    controls.reset(shape.resetShape.parse(json(request)).brand)
    return { ok: true }
  })
  app.put('/_admin/rhythm', async (request) => {
    controls.setPace(shape.rhythmShape.parse(json(request)).pace)
    return { ok: true }
  })
}

function routeFaults(app: FastifyInstance, controls: Controls): void {
  const { faults, world, webhooks } = controls
  app.get('/_admin/faults', async () => ({
    rules: faults.list(),
    quirks: faults.quirks,
    webhooks: faults.webhooks,
    tokens: faults.tokens,
    skewMs: world.skewMs,
  }))
  app.post('/_admin/faults', async (request) => {
    const rules = z
      .array(z.unknown())
      .catch([json(request)])
      .parse(request.body)
    return { ids: rules.map((rule) => faults.add(rule as Parameters<typeof faults.add>[0])) }
  })
  app.delete('/_admin/faults', async () => {
    faults.clear()
    for (const platform of platformIds) world.skewMs[platform] = 0
    return { ok: true }
  })
  app.delete('/_admin/faults/:id', async (request) => {
    faults.remove(Number((request.params as { id: string }).id))
    return { ok: true }
  })
  app.put('/_admin/quirks', async (request) => {
    faults.setQuirks(json(request) as Parameters<typeof faults.setQuirks>[0])
    return faults.quirks
  })
  app.put('/_admin/webhook-faults', async (request) => {
    faults.setWebhooks(json(request))
    return faults.webhooks
  })
  app.put('/_admin/tokens', async (request) => {
    const { platform, state } = shape.tokenShape.parse(json(request))
    faults.setToken(platform, state, new Date(world.clock(platform)))
    return faults.tokens
  })
  app.put('/_admin/clock', async (request) => {
    const { platform, skewMs } = shape.clockShape.parse(json(request))
    world.skewMs[platform] = skewMs
    return world.skewMs
  })
  app.put('/_admin/webhook', async (request) => {
    const { platform, url, handshake, topics, pausesMs, ...given } = shape.webhookShape.parse(json(request))
    const sender = webhooks.of(platform)
    const app = webhooks.appOf(platform)
    const secret = given.secret ?? app?.appSecret ?? ''
    const target = url === null ? null : { url, secret, verifyToken: given.verifyToken ?? app?.verifyToken ?? '' }
    if (topics) sender.topics = topics
    if (pausesMs) sender.pausesMs = pausesMs
    const shaken = target && handshake ? await sender.shakeHands(target) : null
    if (shaken !== false) sender.target = target
    return { target: sender.target?.url ?? null, handshake: shaken }
  })
  app.post('/_admin/webhook-flush', async () => {
    webhooks.flush()
    return { ok: true }
  })
}

function routeRecords(app: FastifyInstance, controls: Controls): void {
  const { world, webhooks } = controls
  app.get('/_admin/ledger', async (request) => {
    const { platform, since } = queryFields(request)
    const { ledger } = world.journal
    const after = Number(since ?? 0)
    const entries = ledger.filter((entry) => entry.seq > after && (!platform || entry.platform === platform))
    return { entries }
  })
  app.get('/_admin/calls', async (request) => {
    const { platform } = queryFields(request)
    return { calls: world.journal.calls.filter((call) => !platform || call.platform === platform) }
  })
  app.get('/_admin/items', async (request) => {
    const { platform } = queryFields(request)
    const chosen = platformIds.filter((each) => !platform || each === platform)
    return { items: chosen.flatMap((each) => [...world.items[each].values()].map((item) => view(controls, item))) }
  })
  app.get('/_admin/webhook-deliveries', async () => ({ pending: webhooks.pending, deliveries: webhooks.log }))
}

/** An item as the admin API shows it: plain, the same on every platform. */
function view(controls: Controls, item: Item) {
  const { record: _record, likes, writer: _writer, ...rest } = item
  const author = controls.world.author(item)
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())
  return {
    ...rest,
    author: { id: author.id, name: author.name, handle: author.handle, isBrand: author.isBrand },
    likedBy: [...likes.keys()],
    media: controls.world
      .mediaOf(item)
      .map(({ file, alt }) => ({ type: file.type, name: file.name, alt, bytes: file.bytes.length, url: fileAddress(controls, file) })),
    createdAt: time(item.createdAt),
    indexedAt: time(item.indexedAt),
    editedAt: time(item.editedAt),
    deletedAt: time(item.deletedAt),
    page: `${controls.publicUrl()}/${item.platform}/p/${item.key}`,
  }
}

function itemOf(controls: Controls, target: { platform: Item['platform']; id: string }): Item {
  const item = controls.world.find(target.platform, target.id)
  if (item) return item
  throw Object.assign(new Error(`No ${target.platform} item ${target.id}`), { statusCode: 404 })
}

/** The body of a request that really is JSON: a form of another site cannot send that. */
function json(request: FastifyRequest) {
  const hasBody = request.body !== undefined && request.body !== null
  if (hasBody && !/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw Object.assign(new Error('Send application/json'), { statusCode: 415 })
  return bodyFields(request)
}
