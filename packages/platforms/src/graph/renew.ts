import { PlatformError } from '../error.ts'
import { nameOf } from '../json.ts'
import type { Io } from '../platform.ts'
import type { CallGraph } from './graph.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A token of 60 days is renewed when ten of them are left. */
const marginMs = 10 * dayMs

/** What to keep beside a token so that it is renewed in time. `expiresAt` unknown: a token can be renewed once it is a day old, and then it is known. */
export function renewal(expiresAt: string | null, now: Date): { renewAt: string } {
  const at =
    expiresAt === null ? now.getTime() + dayMs + hourMs : Math.max(Date.parse(expiresAt) - marginMs, now.getTime() + dayMs + hourMs)
  return { renewAt: new Date(at).toISOString() }
}

/** When a token ends that lives for so many seconds; null when that is not said. */
export function endOf(expiresIn: unknown, now: Date): string | null {
  const seconds = Number(expiresIn)
  return seconds > 0 && seconds < 10 * 365 * 86_400 ? new Date(now.getTime() + seconds * 1000).toISOString() : null
}

/**
 * Lengthens the life of a long-lived token when it is time (`GET /refresh_access_token`, which takes the token in the address). What it refuses it is asked again
 * the next day; that the token is dead the calls themselves will tell.
 */
export async function renewInTime(io: Io, call: CallGraph, grantType: string): Promise<void> {
  const { accessToken = '', renewAt } = io.credentials
  const now = io.now()
  if (!renewAt || !(Date.parse(renewAt) <= now.getTime())) return
  let renewed: { token: string; expiresAt: string | null } | null = null
  try {
    const params = { grant_type: grantType, access_token: accessToken }
    const { json } = await call(io, { path: 'refresh_access_token', params, anonymous: true, bare: true })
    const token = nameOf(json.access_token)
    if (token !== null) renewed = { token, expiresAt: endOf(json.expires_in, now) }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
  }
  if (renewed === null) return io.save({ ...io.credentials, ...renewal(null, now) })
  const { token, expiresAt } = renewed
  await io.save({ ...io.credentials, accessToken: token, ...renewal(expiresAt, now) }, { tokenExpiresAt: expiresAt })
}
