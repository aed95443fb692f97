import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, send } from '../http.ts'
import { listOf, parseAnswer, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { failureOfApi } from './failure.ts'
import { authorizationOf, googleApis, renew } from './token.ts'

export type ApiCall = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; params: Record<string, string>; body?: unknown }
export type ApiAnswer = { body: string; json: JsonRecord }

/** One call of the YouTube Data API v3. A token that was refused is renewed once, and the call made again. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  const authorization = await authorizationOf(io)
  const spent = io.credentials.accessToken
  try {
    return await callOnce(io, call, authorization)
  } catch (error) {
    if (!(error instanceof PlatformError) || recordOf(error.cause).status !== 401) throw error
    return callOnce(io, call, bearer(await renew(io, spent)))
  }
}

async function callOnce(io: Io, call: ApiCall, authorization: string): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const usual = `${googleApis}/youtube/v3/${call.path}?${new URLSearchParams(call.params).toString()}`
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const answer = await send(io, {
    method,
    url: standIn(usual, googleApis, io.settings.apiUrl),
    headers: { accept: 'application/json', authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body,
  })
  if (answer.status === 204 && method !== 'GET') return { body: '', json: {} }
  if (answer.status !== 200) throw failureOfApi(answer, io.now(), method !== 'GET')
  return { body: answer.body, json: recordOf(parseAnswer(answer.body)) }
}

/** The `items` of a list; anything without them is not the platform's answer. */
export function itemsOf(json: JsonRecord): JsonRecord[] {
  if (!Array.isArray(json.items)) throw new PlatformError('unavailable', 'YouTube answered with something that is no list')
  return listOf(json.items).map(recordOf)
}
