import type { Sandbox } from '../src/sandbox.ts'

export type Answer = { status: number; headers: Headers; body: any }

/** A call of the versioned API with everything that it needs, unless `headers` take something away. */
export async function callRest(
  { urls, secrets }: Sandbox,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await fetch(`${urls.linkedin}/rest${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secrets.linkedin.accessToken}`,
      'linkedin-version': '202610',
      'x-restli-protocol-version': '2.0.0',
      'content-type': 'application/json',
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}

/** A URN as a key of an address: brackets are encoded too, as Rest.li wants it. */
export function enc(urn: string): string {
  return encodeURIComponent(urn).replaceAll('(', '%28').replaceAll(')', '%29')
}
