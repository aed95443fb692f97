import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { idOf, nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo } from '../platform.ts'

export const defaultApiUrl = 'https://api.telegram.org'

export type ApiIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
/** `write`: it changes something there, so that a refusal nobody documented may have been carried out. `file` makes a form of it all. */
export type ApiCall = {
  method: string
  params?: JsonRecord
  write?: true
  file?: { name: string; filename: string; type: string; bytes: Uint8Array }
}
export type ApiAnswer = { body: string; result: unknown }

/** `parameters` of a refusal: where the group has moved. */
export type Refusal = { status: number; description: string; migratedTo: string | null }

/**
 * One call of the Bot API. The token is part of the address, so addresses are never told to anybody. 401, and 404 for a token that is none, need a person; what was to be answered
 * and is not there is gone; 409 is another reader of the same bot.
 */
export async function callApi(io: ApiIo, call: ApiCall): Promise<ApiAnswer> {
  const { botToken = '' } = io.credentials
  if (!/^\d+:[\w-]+$/.test(botToken)) throw new PlatformError('reauthorize', 'The bot token is missing or damaged')
  const params = call.params ?? {}
  const { headers, body } = call.file
    ? multipart([...Object.entries(params).map(([name, value]) => ({ name, value: asField(value) })), call.file])
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) }
  const answer = await send(io, {
    method: 'POST',
    url: `${baseUrl(io.settings.apiUrl, defaultApiUrl)}/bot${botToken}/${call.method}`,
    headers: { accept: 'application/json', ...headers },
    body,
  })
  const json = answer.status === 200 ? recordOf(parseAnswer(answer.body)) : errorOf(answer.body)
  if (answer.status === 200 && json.ok === true) return { body: answer.body, result: json.result }
  throw failureOfApi(answer, json, io.now(), call.write === true)
}

/** Objects are JSON in a form too. */
function asField(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What the server said behind a failure; null when it said nothing. */
export function refusalOf(error: unknown): Refusal | null {
  const cause = error instanceof PlatformError ? recordOf(error.cause) : {}
  const { status, description, migratedTo } = cause
  return typeof status === 'number' && typeof description === 'string' ? { status, description, migratedTo: idOf(migratedTo) } : null
}

const goneWords =
  /message (to be replied|to reply|to edit|to delete|to react)( is)? not found|replied message not found|message_id_invalid/i
/** Refusals that are documented or plain: nothing was carried out. */
const refusedWords =
  /message is too long|caption is too long|text is empty|is too big for|file must be non-empty|image_process_failed|photo_invalid|photo_ext_invalid|can't parse entities|thread not found|chat not found|not enough rights|need administrator|can't be (edited|deleted)|upgraded to a supergroup|reaction_invalid|chat_\w+_forbidden|have no rights/i

function failureOfApi(answer: HttpAnswer, json: JsonRecord, now: Date, write: boolean): PlatformError {
  const status = typeof json.error_code === 'number' ? json.error_code : answer.status
  const description = nameOf(json.description) ?? ''
  const { retry_after: seconds, migrate_to_chat_id: migratedTo } = recordOf(json.parameters)
  const cause: Refusal = { status, description, migratedTo: idOf(migratedTo) }
  const plain = failureOf({ ...answer, status: status === 200 ? 500 : status }, now, description)
  const as = (kind: PlatformError['kind'], retryAfterMs = plain.retryAfterMs ?? undefined): PlatformError =>
    new PlatformError(kind, plain.message, { cause, retryAfterMs })
  if (status === 429) return as('rate_limited', typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : undefined)
  if (status === 401 || (status === 404 && description !== '')) return as('reauthorize')
  if (goneWords.test(description)) return as('gone')
  if (status === 409) return as('unavailable', 30_000)
  if (status === 403 || refusedWords.test(description)) return as('rejected')
  return write && plain.kind === 'rejected' ? as('unavailable') : as(plain.kind)
}

function errorOf(body: string): JsonRecord {
  try {
    return recordOf(parseJson(body))
  } catch {
    return {}
  }
}
