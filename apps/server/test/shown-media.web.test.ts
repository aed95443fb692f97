import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeApiKey } from '../src/access/workspaces.ts'
import { schema as t } from '../src/db/schema.ts'
import { demoManager } from '../src/demo/demo.ts'
import type { Running } from '../src/server.ts'
import { openAsked } from './asked-in-public.ts'
import { aPng } from './files.ts'
import { openInstallation, type Installation } from './installation.ts'

let house: Installation
let running: Running
let key: string

beforeAll(async () => {
  house = await openInstallation({})
  running = house.running
  const [demo] = await running.ctx.db.system.select({ id: t.workspace.id }).from(t.workspace).where(eq(t.workspace.demo, true))
  key = await makeApiKey(running.ctx, demo!.id, { name: 'test', role: 'owner' })
})
afterAll(() => house?.close())

const soon = { timeout: 60_000, interval: 300 }

async function call(method: string, path: string, body?: string | Buffer<ArrayBuffer>): Promise<any> {
  const type = typeof body === 'string' ? 'application/json' : 'image/png'
  const headers = { authorization: `Bearer ${key}`, 'content-type': type, 'idempotency-key': crypto.randomUUID() }
  const response = await fetch(`${running.url}/api/v1${path}`, { method, headers, ...(body && { body }) })
  expect(response.status, path).toBeLessThan(300)
  return response.json()
}

test.each(['desktop', 'phone'] as const)(
  'a picture in a thread is seen, and the browser asked nobody but us: %s',
  async (screen) => {
    const page = await house.visit(await running.auth.signInLink(demoManager.email), screen)
    const hosts = new Set<string>()
    const refused: string[] = []
    page.on('request', (request) => void (/^(https?|wss?):/.test(request.url()) && hosts.add(new URL(request.url()).host)))
    page.on('console', (message) => void (/Content Security Policy/i.test(message.text()) && refused.push(message.text())))
    await openAsked(running, house.browser, page, 'mastodon', `Is there a picture for a ${screen}?`)
    const { id: uploadId } = await call('POST', '/uploads?name=strap.png', aPng(300, 200, 120))
    const alt = `The strap, seen on a ${screen}`
    const answer = { text: 'Like this', media: [{ uploadId, alt }], undoSeconds: 0 }
    await call('POST', `/conversations/${new URL(page.url()).pathname.split('/').at(-1)}/replies`, JSON.stringify(answer))
    const picture = page.locator('article, .msg').getByRole('img', { name: alt }).and(page.locator('[src^="/api/v1/messages/"]'))
    await picture.scrollIntoViewIfNeeded({ timeout: soon.timeout })
    await expect.poll(() => picture.evaluate((each) => (each as unknown as { naturalWidth: number }).naturalWidth), soon).toBe(300)
    expect([...hosts]).toEqual([new URL(running.url).host])
    expect(refused).toEqual([])
    await page.context().close()
  },
  180_000,
)
