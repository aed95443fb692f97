import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../../node_modules/.cache/peers/clients/package.json', import.meta.url))

/** A client that `npm run test:peers` installed beside, as the shape that a test uses of it. */
export function client<T>(name: string): T {
  return require(name) as T
}

/** Agrees on a page to which a client's own address leads, as a person does there; gives where the page sends them back to. */
export async function agree(address: string, answer: Record<string, string>): Promise<URL> {
  const page = await fetch(address, { headers: { 'user-agent': 'Mozilla/5.0' } })
  if (page.status !== 200) throw new Error(`${address}: ${page.status} ${(await page.text()).slice(0, 500)}`)
  const url = new URL(address)
  const body = new URLSearchParams([...url.searchParams, ...Object.entries(answer)])
  const back = await fetch(`${url.origin}${url.pathname}`, { method: 'POST', body, redirect: 'manual' })
  return new URL(back.headers.get('location') ?? '')
}
