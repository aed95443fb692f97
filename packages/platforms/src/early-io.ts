import type { ConnectIo, Io } from './platform.ts'

/** An io for calls before there is a channel; what is renewed meanwhile stays in its credentials. */
export function earlyIo(io: ConnectIo, settings: Record<string, string>, credentials: Record<string, string>): Io {
  const early: Io = {
    ...io,
    settings,
    credentials,
    save: async (renewed) => void (early.credentials = renewed),
    self: { accountId: '', handle: '', ownedIds: [], host: '' },
  }
  return early
}
