import { PlatformError } from '../error.ts'
import { idOf, recordOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { callApi } from './api.ts'

/** Our account's id on our server: kept at connecting; a channel that came without it asks who it is. */
export async function ownIdOf(io: Io): Promise<string> {
  if (io.settings.accountId) return io.settings.accountId
  const { json } = await callApi(io, { path: '/api/v1/accounts/verify_credentials' })
  const id = idOf(recordOf(json).id)
  if (id === null) throw new PlatformError('unavailable', 'The server did not say who we are')
  return id
}
