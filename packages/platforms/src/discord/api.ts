import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { Io } from '../platform.ts'

export const defaultApiUrl = 'https://discord.com/api/v10'

export type ApiIo = Pick<Io, 'fetch' | 'now' | 'timeoutMs' | 'settings' | 'credentials'>
/** `files` go beside the body, each as `files[n]`. */
export type Call = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  path: string
  params?: Record<string, string>
  body?: unknown
  files?: { filename: string; type: string; bytes: Uint8Array }[]
}

/** One call as the bot. Resolves with the answer's text and JSON (null for 204); throws by Discord's own error codes. */
export async function callApi(
  io: ApiIo,
  { method = 'GET', path, params = {}, body, files = [] }: Call,
): Promise<{ json: unknown; text: string }> {
  const token = io.credentials.botToken ?? ''
  if (!/^[\x21-\x7e]+$/.test(token)) throw new PlatformError('reauthorize', 'The bot token is missing or damaged', { notSent: true })
  const query = new URLSearchParams(params).toString()
  const sent = sendable(body, files)
  const answer = await send(io, {
    method,
    url: standIn(`${defaultApiUrl}${path}${query === '' ? '' : `?${query}`}`, defaultApiUrl, io.settings.apiUrl),
    headers: {
      authorization: `Bot ${token}`,
      'user-agent': 'DiscordBot (https://answerback.example, 0.1)',
      ...sent?.headers,
    },
    ...(sent && { body: sent.body }),
  })
  if (answer.status === 204) return { json: null, text: '' }
  if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer, io.now(), method !== 'GET')
  return { json: parseAnswer(answer.body), text: answer.body }
}

function sendable(
  body: unknown,
  files: NonNullable<Call['files']>,
): { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> } | null {
  if (files.length > 0) {
    const parts = files.map((file, number) => ({ name: `files[${number}]`, ...file }))
    return multipart([{ name: 'payload_json', value: JSON.stringify(body) }, ...parts])
  }
  return body === undefined ? null : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** Refusals for good, by code (Discord, "Opcodes and Status Codes"). */
const refused = new Set([40_005, 50_001, 50_007, 50_013, 50_035, 50_083, 160_002, 160_005, 200_000])
const gone = new Set([10_003, 10_008])
const tooMuch = new Set([20_016, 20_028])

function refusalOf(answer: HttpAnswer, now: Date, isWrite: boolean): PlatformError {
  const { code, message, retry_after: seconds, errors } = bodyOf(answer)
  const words = textOf(message)
  const number = typeof code === 'number' ? code : 0
  if (answer.status === 429 || tooMuch.has(number)) {
    const retryAfterMs =
      typeof seconds === 'number' && seconds >= 0 ? Math.max(1000, Math.min(Math.ceil(seconds * 1000), 86_400_000)) : null
    return new PlatformError('rate_limited', words || 'Discord asked us to slow down', {
      retryAfterMs: retryAfterMs ?? failureOf({ ...answer, status: 429 }, now).retryAfterMs ?? 60_000,
    })
  }
  if (gone.has(number)) return new PlatformError('gone', words)
  // What a reply refers to is named among the fields when it vanished.
  if (number === 50_035 && recordOf(errors).message_reference !== undefined)
    return new PlatformError('gone', 'The message that this answers is gone')
  if (refused.has(number)) return new PlatformError('rejected', words)
  // An answer that nobody documented says nothing about what was done.
  if (isWrite && answer.status === 400) return new PlatformError('unavailable', words || 'Discord answered 400')
  return failureOf(answer, now, words)
}

function bodyOf({ body }: HttpAnswer): Record<string, unknown> {
  try {
    return recordOf(parseJson(body))
  } catch {
    return {}
  }
}
