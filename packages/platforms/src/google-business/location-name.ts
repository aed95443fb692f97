import { PlatformError } from '../error.ts'
import type { Io } from '../platform.ts'

/** The location by its whole name, without which version 4 knows nothing. */
export function locationOf(io: Pick<Io, 'settings'>): string {
  const name = io.settings.location ?? ''
  if (!/^accounts\/[\w-]+\/locations\/[\w-]+$/.test(name))
    throw new PlatformError('reauthorize', 'The channel does not say which location it is. Please connect it again')
  return name
}
