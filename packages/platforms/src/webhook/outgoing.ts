import { standIn } from '../base-url.ts'
import { hurried, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseJson, recordOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { signedHeaders } from './sign.ts'

/** No source lives here: its own addresses are in the channel's settings. */
export const usualApiUrl = 'https://source.invalid'

const timeoutMs = 15_000

export type Outgoing = { id: string; type: string; data: Record<string, unknown> }

/** One signed POST to the source, answered within 15 seconds; `id` is the same on every try. Resolves with any answer. */
export async function deliver(
  io: Pick<Io, 'fetch' | 'now' | 'timeoutMs' | 'settings' | 'credentials'>,
  url: string,
  { id, type, data }: Outgoing,
): Promise<HttpAnswer> {
  const body = JSON.stringify({ type, timestamp: io.now().toISOString(), data })
  const headers = signedHeaders(io.credentials.outboundSecret, id, body, io.now())
  return send(hurried(io, timeoutMs), { method: 'POST', url: addressOf(url, io.settings), headers, body })
}

/** Where it really goes: the server fills `apiUrl` with the source's own address, so only another one stands in. */
function addressOf(url: string, { apiUrl = '', url: own }: Record<string, string>): string {
  const { origin } = new URL(url)
  if (apiUrl === '' || apiUrl === usualApiUrl || apiUrl === own || new URL(apiUrl).origin === origin) return url
  return standIn(url, usualApiUrl, apiUrl)
}

/** The source's own words for a refusal, else ours. */
export function reasonOf({ body }: HttpAnswer, otherwise: string): string {
  try {
    const { message, error } = recordOf(parseJson(body))
    return (nameOf(message) ?? nameOf(error) ?? otherwise).slice(0, 500)
  } catch {
    return otherwise
  }
}
