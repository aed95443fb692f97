import type { InvalidParam, ProblemCode } from '@answerback/core/problem'
import { chosenWorkspace, chooseWorkspace } from './workspace-choice.ts'

/** A refusal of the API (RFC 9457), with whatever else the problem carried. `status` 0: the server was not reached. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: ProblemCode | 'offline'
  readonly detail: string
  readonly requestId: string | null
  readonly invalidParams: InvalidParam[]
  readonly extra: Record<string, unknown>
  constructor(status: number, body: Record<string, unknown>) {
    super(String(body.title ?? body.detail ?? `status ${status}`))
    this.status = status
    this.code = typeof body.code === 'string' ? (body.code as ProblemCode) : codeOf(status)
    this.detail = typeof body.detail === 'string' ? body.detail : ''
    this.requestId = typeof body.requestId === 'string' ? body.requestId : null
    this.invalidParams = Array.isArray(body.invalidParams) ? (body.invalidParams as InvalidParam[]) : []
    this.extra = body
  }
}

/** What a refusal without a readable body means. */
function codeOf(status: number): ProblemCode | 'offline' {
  if (status === 0) return 'offline'
  return status === 401 ? 'unauthorized' : 'internal'
}

export type Change = { method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'; path: string; body?: unknown; idempotencyKey?: string }

/** GET under /api/v1. Throws ApiProblem. The caller names the shape, which the server has checked on its side. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await exchange(path, { method: 'GET', signal: signal ?? null })) as T
}

/** A mutation under /api/v1, safe to repeat with the same `idempotencyKey` (made here when absent). Throws ApiProblem. */
export async function change<T = unknown>({ method, path, body, idempotencyKey }: Change): Promise<T> {
  const headers = mutationHeaders(idempotencyKey ?? newKey())
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  return (await exchange(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) })) as T
}

/** A fresh idempotency key. Falls back to random bytes where the page is not a secure context. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const signOutListeners = new Set<() => void>()

/** Called whenever the API says that nobody is signed in. Returns the way to stop listening. */
export function onSignedOut(listener: () => void): () => void {
  signOutListeners.add(listener)
  return () => signOutListeners.delete(listener)
}

const removalListeners = new Set<() => void>()

/** Called when one was taken out of the workspace that the page shows. Returns the way to stop listening. */
export function onRemoved(listener: () => void): () => void {
  removalListeners.add(listener)
  return () => removalListeners.delete(listener)
}

/** The socket heard it first. */
export function tellRemoved(): void {
  chooseWorkspace(null)
  for (const listener of removalListeners) listener()
}

/** The bytes of a file that was brought here, from the server and not from the browser's own memory: they may be gone meanwhile. Throws ApiProblem. */
export async function readFile(path: string): Promise<Blob> {
  return (await ask(path, { method: 'GET', cache: 'no-store' })).blob()
}

/** Resolves when the file is there, without its bytes. Throws ApiProblem. */
export async function findFile(path: string): Promise<void> {
  const { body } = await ask(path, { method: 'GET', cache: 'no-store' })
  await body?.cancel()
}

/** What every request carries beside its own: which workspace it is meant for. */
export function workspaceHeaders(): Record<string, string> {
  const workspace = chosenWorkspace()
  return workspace === null ? {} : { 'X-Workspace': workspace }
}

/** What a mutation carries, safe to repeat with the same key. */
export function mutationHeaders(idempotencyKey: string): Record<string, string> {
  return { 'Idempotency-Key': idempotencyKey, 'X-Requested-With': 'answerback' }
}

/** What a refusal means, told to whoever must know. `body`: what came with it, as far as it was JSON. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const problem = new ApiProblem(status, body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {})
  // Never on by itself in another one: what was asked for was meant for the one that is shown.
  if (chosenWorkspace() !== null && problem.code === 'workspace_not_yours') tellRemoved()
  // A wrong password is a 401 too, and says nothing about who is signed in.
  if (problem.code === 'unauthorized') for (const listener of signOutListeners) listener()
  return problem
}

export function notReached(): ApiProblem {
  return new ApiProblem(0, { title: 'The server was not reached' })
}

async function exchange(path: string, init: RequestInit): Promise<unknown> {
  const response = await ask(path, init)
  return response.status === 204 ? null : await response.json().catch(() => null)
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  const headers = { ...(init.headers as Record<string, string> | undefined), ...workspaceHeaders() }
  try {
    response = await fetch(`/api/v1${path}`, { ...init, headers, credentials: 'same-origin' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw notReached()
  }
  if (response.ok) return response
  throw problemOf(response.status, await response.json().catch(() => null))
}
