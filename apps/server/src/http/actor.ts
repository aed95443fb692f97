import type { FastifyRequest, RouteOptions } from 'fastify'
import { may, scopeOf, type Permission, type Role, type Scope } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'

/**
 * Who asks: a person with a session or an API key, in one workspace. `id` is the person's or the key's; `sessionId` is null for a key. `scopes` narrow a key;
 * null does not.
 */
export type Actor = {
  id: string
  name: string
  email: string
  role: Role
  workspaceId: string
  key: boolean
  scopes: readonly Scope[] | null
  sessionId: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null
    /** Why there is no actor, when it is another reason than that nobody is signed in. */
    refusal: Problem | null
  }
}

/** The actor that `access/sign-in` found. Throws `unauthorized` when there is none. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.refusal) throw request.refusal
  if (!request.actor) throw new Problem('unauthorized', 'Sign in, or send an API key as a Bearer token.')
  return request.actor
}

/** What a route asks for, for those who list the routes. */
type Door = ((request: FastifyRequest) => Promise<void>) & { asks: Permission | 'nothing' }

/** A route's `onRequest`: refuses who may not. Asked before the body is read and anything is looked up, so that a refusal tells nothing about what exists. */
export function needs(permission: Permission): Door {
  const door = async (request: FastifyRequest): Promise<void> => {
    const refusal = refusalOf(actorOf(request), permission)
    if (refusal) throw refusal
  }
  return Object.assign(door, { asks: permission })
}

/** Why this actor may not do that; null: they may. The role is asked first, then a key's scopes. */
export function refusalOf({ role, key, scopes }: Pick<Actor, 'role' | 'key' | 'scopes'>, permission: Permission): Problem | null {
  if (!may(role, permission)) return new Problem('forbidden', `Your role (${role}) may not do this.`)
  const scope = scopeOf[permission]
  if (key && scope === null) return new Problem('forbidden', 'An API key is nobody: sign in as a person for this.')
  if (scopes === null || scope === null || scopes.includes(scope)) return null
  return new Problem(
    'scope_missing',
    `This needs the scope “${scope}”, and this key has only: ${scopes.join(', ')}. Make a key that has it.`,
    {
      scope,
    },
  )
}

/** The `onRequest` of a route for whoever comes, signed in or not: the doors into the house. What they change must be asked for by our own pages. */
export function forAnybody(): Door {
  const door = async (request: FastifyRequest): Promise<void> => {
    if (request.method !== 'GET' && !fromOurPages(request)) throw new Problem('forbidden', 'This request comes from another site.')
  }
  return Object.assign(door, { asks: 'nothing' as const })
}

/** What a route asks for; null when it never says, which is a mistake. */
export function asksFor(route: RouteOptions): Permission | 'nothing' | null {
  const hooks = [route.onRequest ?? []].flat()
  for (const hook of hooks) if ('asks' in hook) return (hook as Door).asks
  return null
}

/** Whether the page that asks is ours: browsers tell the origin of every change; other programs say that they are none. */
export function fromOurPages(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host
  return request.headers['x-requested-with'] === 'answerback'
}
