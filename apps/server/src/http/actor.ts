import type { FastifyRequest } from 'fastify'
import { may, type Permission, type Role } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'

/** Who asks: a person with a session or an API key, in one workspace. `id` is the person's or the key's. */
export type Actor = { id: string; name: string; email: string; role: Role; workspaceId: string; key: boolean }

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null
  }
}

/** The actor that `access/sign-in` found. Throws `unauthorized` when there is none. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new Problem('unauthorized', 'Sign in, or send an API key as a Bearer token.')
  return request.actor
}

/** A route's `onRequest`: refuses who may not. Asked before the body is read and anything is looked up, so that a refusal tells nothing about what exists. */
export function needs(permission: Permission) {
  return async (request: FastifyRequest): Promise<void> => {
    const actor = actorOf(request)
    if (!may(actor.role, permission)) throw new Problem('forbidden', `Your role (${actor.role}) may not do this.`)
  }
}
