import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { PlatformId } from '../world/item.ts'
import { platformIds } from '../world/item.ts'
import { faultAnswer } from './answers.ts'
import type { Fault } from './fault.ts'

/**
 * Lets scripted faults meet the platforms' calls (never the pages or the admin API), and notes
 * every call in the journal. Returns what lets hanging calls go when the sandbox closes.
 */
export function applyFaults(app: FastifyInstance, context: Context): { release: () => void } {
  const met = new WeakMap<FastifyRequest, { platform: PlatformId; fault: Fault }>()
  const hanging = new Set<() => void>()
  const hang = (request: FastifyRequest) =>
    new Promise<void>((resolve) => {
      const letGo = () => {
        hanging.delete(letGo)
        request.raw.socket.destroy()
        resolve()
      }
      hanging.add(letGo)
      request.raw.socket.once('close', letGo)
    })

  app.addHook('onRequest', async (request, reply) => {
    const call = apiCall(request)
    if (!call) return
    const fault = context.faults.take(call.platform, request.method, call.path)
    if (!fault) return
    if (fault.kind === 'hang') {
      reply.hijack()
      return hang(request)
    }
    if (fault.kind === 'reset') {
      reply.hijack()
      request.raw.socket.resetAndDestroy()
      return
    }
    met.set(request, { platform: call.platform, fault })
    if (fault.kind === 'delay') {
      return pause(request, fault.delayMs)
    }
    if (fault.kind.startsWith('accept_then_')) return
    const answer = faultAnswer(context, call.platform, fault)
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const meeting = met.get(request)
    if (!meeting || !meeting.fault.kind.startsWith('accept_then_')) return payload
    if (meeting.fault.kind === 'accept_then_hang') {
      await hang(request)
      return payload
    }
    if (meeting.fault.kind === 'accept_then_reset') {
      request.raw.socket.resetAndDestroy()
      return payload
    }
    return replaceAnswer(context, reply, meeting)
  })

  app.addHook('onResponse', async (request, reply) => {
    const call = apiCall(request)
    if (!call) return
    const { platform, path } = call
    context.world.journal.called({ platform, method: request.method, path, status: reply.statusCode })
  })

  return { release: () => [...hanging].forEach((letGo) => letGo()) }
}

/** Waits this long, or until the caller has gone. */
function pause(request: FastifyRequest, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const { socket } = request.raw
    const end = () => {
      clearTimeout(timer)
      socket.off('close', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    socket.on('close', end)
  })
}

/** The platform whose API a request calls, and the path below its prefix; null for all else. */
function apiCall(request: FastifyRequest): { platform: PlatformId; path: string } | null {
  const url = request.raw.url ?? '/'
  for (const platform of platformIds) {
    if (!url.startsWith(`/${platform}/`)) continue
    const path = url.slice(platform.length + 1)
    const isApi = /^\/(v\d+\.\d+\/|xrpc\/|api\/v\d|oauth\/|\.well-known\/)/.test(path)
    return isApi ? { platform, path } : null
  }
  return null
}

function replaceAnswer(context: Context, reply: FastifyReply, meeting: { platform: PlatformId; fault: Fault }): string {
  const answer = faultAnswer(context, meeting.platform, meeting.fault)
  reply.removeHeader('content-length')
  reply.code(answer.status).headers(answer.headers)
  return answer.body
}
