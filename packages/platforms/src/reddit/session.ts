import type { ConnectIo, Io } from '../platform.ts'

/** An io for calls before there is a channel; what is renewed meanwhile stays in its credentials. */
export function ioOf(io: ConnectIo, settings: Record<string, string>, credentials: Record<string, string>): Io {
  const api: Io = {
    ...io,
    settings,
    credentials,
    save: async (renewed) => void (api.credentials = renewed),
    self: { accountId: '', handle: '', ownedIds: [], host: '' },
  }
  return api
}
