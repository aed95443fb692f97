import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { PlatformId } from '../world/item.ts'
import { faultAnswer } from './answers.ts'
import type { FaultAnswer } from './answers.ts'
import type { Fault } from './fault.ts'

/** Calls that hang, to be let go when the sandbox closes. */
export type Hanging = Set<() => void>

/**
 * Lets scripted faults meet every call to a platform's API (`scope` holds nothing else: neither its pages nor the admin API), and
 * notes every call in the journal.
 */
export function applyFaults(scope: FastifyInstance, context: Context, platform: PlatformId, hanging: Hanging): void {
  const met = new WeakMap<FastifyRequest, Fault>()
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

  const meet = async (fault: Fault | null, request: FastifyRequest, reply: FastifyReply) => {
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
    met.set(request, fault)
    if (fault.kind === 'delay') {
      return pause(request, fault.delayMs)
    }
    if (fault.kind.startsWith('accept_then_')) return
    const answer = faultAnswer(context, platform, fault)
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  }

  scope.addHook('onRequest', async (request, reply) =>
    meet(context.faults.take(platform, request.method, pathOf(request, platform)), request, reply),
  )
  scope.addHook('preHandler', async (request, reply) => {
    if (!context.faults.readsBodies(platform)) return
    const body = JSON.stringify(request.body ?? '')
    return meet(context.faults.take(platform, request.method, pathOf(request, platform), body), request, reply)
  })

  scope.addHook('onSend', async (request, reply, payload) => {
    const fault = met.get(request)
    if (!fault || !fault.kind.startsWith('accept_then_')) return payload
    if (fault.kind === 'accept_then_hang') {
      await hang(request)
      return payload
    }
    if (fault.kind === 'accept_then_reset') {
      request.raw.socket.resetAndDestroy()
      return payload
    }
    return replaceAnswer(reply, faultAnswer(context, platform, fault))
  })

  scope.addHook('onResponse', async (request, reply) => {
    const path = pathOf(request, platform)
    context.world.journal.called({ platform, method: request.method, path, status: reply.statusCode })
  })
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

/** The path below the platform's prefix, with the query. */
function pathOf(request: FastifyRequest, platform: PlatformId): string {
  return (request.raw.url ?? '/').slice(platform.length + 1)
}

function replaceAnswer(reply: FastifyReply, answer: FaultAnswer): string {
  reply.removeHeader('content-length')
  reply.code(answer.status).headers(answer.headers)
  return answer.body
}
