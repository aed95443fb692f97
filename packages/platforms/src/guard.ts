import { PlatformError } from './error.ts'
import type { Normalized, Platform, Webhook } from './platform.ts'

/**
 * The adapter with its promises enforced: only `PlatformError` leaves the calls, and `normalize`, `verify`, `challenge` and `answer` never throw. A slip of
 * ours inside a call becomes `unavailable`, which for a write means "outcome unknown" and so never a second send.
 */
export function guardPlatform(platform: Platform): Platform {
  const { webhook, listen, backfill, like, hide, remove, editReply, postStats, postId } = platform
  return {
    ...platform,
    connect: guardConnect(platform.connect),
    poll: (io, input) => guarded(() => platform.poll(io, input)),
    reply: (io, input) => guarded(() => platform.reply(io, input)),
    find: (io, input) => guarded(() => platform.find(io, input)),
    normalize: (delivery, self) => total(() => platform.normalize(delivery, self)),
    ...(postId && { postId: (given, self) => orElse(null, () => postId(given, self)) }),
    ...(listen && { listen: (io, on) => guarded(() => listen(io, on)) }),
    ...(backfill && { backfill: (io, input) => guarded(() => backfill(io, input)) }),
    ...(like && { like: (io, input) => guarded(() => like(io, input)) }),
    ...(hide && { hide: (io, input) => guarded(() => hide(io, input)) }),
    ...(remove && { remove: (io, input) => guarded(() => remove(io, input)) }),
    ...(editReply && { editReply: (io, input) => guarded(() => editReply(io, input)) }),
    ...(postStats && { postStats: (io, input) => guarded(() => postStats(io, input)) }),
    ...(webhook && { webhook: guardWebhook(webhook) }),
  }
}

function guardWebhook(webhook: Webhook): Webhook {
  const { answer, install, keys } = webhook
  return {
    ...webhook,
    verify: (secret, headers, body, at) => orElse(false, () => webhook.verify(secret, headers, body, at)),
    challenge: (app, query) => orElse(null, () => webhook.challenge(app, query)),
    ...(answer && { answer: (body) => orElse(null, () => answer(body)) }),
    ...(keys && { keys: { ...keys, read: (io, settings) => guarded(() => keys.read(io, settings)) } }),
    ...(install && { install: (io, hook) => guarded(() => install(io, hook)) }),
  }
}

function guardConnect(connect: Platform['connect']): Platform['connect'] {
  const { oauth, close } = connect
  const register = oauth?.register
  return {
    ...connect,
    open: (io, settings) => guarded(() => connect.open(io, settings)),
    ...(close && { close: (io) => guarded(() => close(io)) }),
    ...(oauth && {
      oauth: {
        ...oauth,
        ...(register && { register: (io, request) => guarded(() => register(io, request)) }),
        exchange: (io, grant) => guarded(() => oauth.exchange(io, grant)),
      },
    }),
  }
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof PlatformError) throw error
    throw new PlatformError('unavailable', error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function total(normalize: () => Normalized): Normalized {
  try {
    return normalize()
  } catch (error) {
    return { facts: [], unknown: [{ index: -1, reason: error instanceof Error ? error.message : 'could not be read' }], ignored: 0 }
  }
}

function orElse<T>(otherwise: T, call: () => T): T {
  try {
    return call()
  } catch {
    return otherwise
  }
}
