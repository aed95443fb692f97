import type { Io } from '../src/platform.ts'

/** When it is, in these tests. */
export const now = new Date('2026-11-18T12:00:00.000Z')
/** A video of ours, where it can be seen, and the API that stands in. */
export const video = '7380000000000000009'
export const permalink = `https://www.tiktok.com/@fieldnote/video/${video}`
export const apiUrl = 'https://tiktok.test/open_api/v1.3'

/** A call as it was made (`form`: the body's bytes where it is one, else ''), and what is answered: data, a code of a refusal, or the body as it stands. */
export type Call = { path: string; query: Record<string, string>; json: Record<string, unknown>; form: string; token: string | null }
export type Answer = Record<string, unknown> | string

/** An account whose platform answers as `answers` say; what was asked stands in `calls`. */
export function account(answer: (call: Call) => Answer, credentials: Record<string, string> = {}) {
  const calls: Call[] = []
  const saved: { credentials: Record<string, string>; tokenExpiresAt: string | null | undefined }[] = []
  const io: Io = {
    now: () => now,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const call: Call = {
        path: url.pathname.replace('/open_api/v1.3', ''),
        query: Object.fromEntries(url.searchParams),
        json: typeof init?.body === 'string' ? (JSON.parse(init.body) as Call['json']) : {},
        form: init?.body instanceof Uint8Array ? Buffer.from(init.body).toString('latin1') : '',
        token: new Headers(init?.headers).get('access-token'),
      }
      calls.push(call)
      const given = answer(call)
      if (typeof given === 'string') return new Response(given)
      return Response.json('code' in given ? { message: 'as documented', ...given } : { code: 0, message: 'OK', data: given })
    },
    settings: { apiUrl },
    credentials: { accessToken: 'act.one', ...credentials },
    save: async (renewed, more) => {
      saved.push({ credentials: renewed, tokenExpiresAt: more?.tokenExpiresAt })
      io.credentials = renewed
    },
    self: { accountId: 'act.brand123', handle: 'fieldnote', ownedIds: ['act.brand123'], host: 'www.tiktok.com' },
  }
  return { io, calls, saved, paths: () => calls.map(({ path }) => path) }
}
