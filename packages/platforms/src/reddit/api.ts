import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, send } from '../http.ts'
import { listOf, parseAnswer, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, Quota } from '../platform.ts'
import { failureOfApi, refusalOf } from './failure.ts'
import { accessTokenOf, oauthHost, renew, userAgentOf } from './token.ts'

/** With `form` it is a write. `raw_json` goes along with every call: without it the words come with `&amp;` in them. */
export type ApiCall = { path: string; params?: Record<string, string>; form?: Record<string, string> }
export type ApiAnswer = { body: string; json: unknown; quota: Quota | null }

/** One call of Reddit's API. A token that was refused is renewed once; a write that was refused inside a 200 throws as any other. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  const token = await accessTokenOf(io)
  try {
    return await callOnce(io, call, token)
  } catch (error) {
    if (!(error instanceof PlatformError) || recordOf(error.cause).status !== 401) throw error
    return callOnce(io, call, await renew(io, token))
  }
}

async function callOnce(io: Io, { path, params = {}, form }: ApiCall, token: string): Promise<ApiAnswer> {
  const query = new URLSearchParams({ ...params, raw_json: '1' }).toString()
  const { clientId, username } = io.credentials
  const answer = await send(io, {
    method: form === undefined ? 'GET' : 'POST',
    url: standIn(`${oauthHost}${path}?${query}`, oauthHost, io.settings.apiUrl),
    headers: {
      accept: 'application/json',
      authorization: bearer(token),
      'user-agent': userAgentOf(clientId, username ?? io.self.handle),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: form === undefined ? undefined : new URLSearchParams({ api_type: 'json', ...form }).toString(),
  })
  if (answer.status !== 200) throw failureOfApi(answer, io.now(), form !== undefined)
  const json = parseAnswer(answer.body)
  const refusal = form === undefined ? null : refusalOf(recordOf(json))
  if (refusal !== null) throw refusal
  return { body: answer.body, json, quota: quotaOf(answer.headers, io.now()) }
}

/** What is left of the window, from the headers; the reset is in seconds from now. */
function quotaOf(headers: Headers, now: Date): Quota | null {
  const numberOf = (name: string): number => Number.parseFloat(headers.get(`x-ratelimit-${name}`) ?? '')
  const [left, used, reset] = [numberOf('remaining'), numberOf('used'), numberOf('reset')]
  if (Number.isNaN(left)) return null
  const known = reset >= 0 && reset < 100_000
  return {
    left: Math.max(0, Math.floor(left)),
    of: Number.isNaN(used) ? null : Math.floor(left + used),
    resetAt: known ? new Date(now.getTime() + reset * 1000).toISOString() : null,
  }
}

/** The children of a Listing, as they came; anything else is not the platform's answer. */
export function childrenOf(json: unknown): readonly unknown[] {
  const { children } = recordOf(recordOf(json).data)
  if (!Array.isArray(children)) throw new PlatformError('unavailable', 'Reddit answered with something that is no listing')
  return listOf(children)
}

/** The things that a write made or found. */
export function thingsOf(json: unknown): JsonRecord[] {
  return listOf(recordOf(recordOf(recordOf(json).json).data).things).map((each) => recordOf(recordOf(each).data))
}
