import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, send } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { authorizationOf, renew } from './token.ts'
import type { GoogleApi } from './token.ts'

/** `url` as Google has it. */
export type GoogleCall = { method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string; body?: unknown }
/** What a call gave: as it came, and read. */
export type GoogleAnswer = { body: string; json: JsonRecord }

/** One call of a Google API that answers with an object. A token that was refused is renewed once, and the call made again. */
export async function callGoogle(api: GoogleApi, io: Io, call: GoogleCall): Promise<GoogleAnswer> {
  const authorization = await authorizationOf(api, io)
  const spent = io.credentials.accessToken
  try {
    return await callOnce(api, io, call, authorization)
  } catch (error) {
    if (statusOf(error) !== 401) throw error
    return callOnce(api, io, call, bearer(await renew(api, io, spent)))
  }
}

async function callOnce(api: GoogleApi, io: Io, call: GoogleCall, authorization: string): Promise<GoogleAnswer> {
  const { method = 'GET', url } = call
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const headers = { accept: 'application/json', authorization, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const answer = await send(io, { method, url: standIn(url, api.usual, io.settings.apiUrl), headers, body })
  if (answer.status !== 200) throw api.failureOf(answer, io.now())
  const json = parseAnswer(answer.body)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new PlatformError('unavailable', 'Google answered with something that is no object')
  return { body: answer.body, json: recordOf(json) }
}

/** What an error says: the canonical status (google.rpc.Code), a sentence, and the reasons of older APIs. */
export function errorOf(body: string): { status: string; message: string; reasons: string[] } {
  try {
    const json = recordOf(parseJson(body))
    const error = recordOf(json.error)
    const reasons = listOf(error.errors).flatMap((each) => nameOf(recordOf(each).reason) ?? [])
    return { status: nameOf(error.status) ?? '', message: nameOf(error.message) ?? nameOf(json.error_description) ?? '', reasons }
  } catch {
    return { status: '', message: '', reasons: [] }
  }
}

/** The HTTP status behind a failure; 0 when there was no answer. */
function statusOf(error: unknown): number {
  const status = error instanceof PlatformError ? recordOf(error.cause).status : 0
  return typeof status === 'number' ? status : 0
}
