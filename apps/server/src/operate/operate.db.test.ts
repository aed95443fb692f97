import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBusy } from '../../test/busy.ts'
import { openWorld, type World } from '../../test/world.ts'
import { openAuth } from '../access/auth.ts'
import { openApp } from '../app.ts'
import { version } from './version.ts'
import type { OpenApi, Operation } from './openapi.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await makeBusy(world)
})
afterAll(() => world.close())

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; text: string; headers: Headers }> {
  const response = await fetch(`${world.url}${path}`, { headers })
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
    headers: response.headers,
  }
}

/** Samples of the exposition format, by name with labels. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

describe('/metrics', () => {
  test('tells what the rows tell, in a format without a broken line', async () => {
    const { status, type, text } = await get('/metrics')
    expect(status).toBe(200)
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#')))
      expect(line).toMatch(/^[a-z_0-9]+(\{([a-z_]+="[^"]*",?)+\})? (NaN|[-+]?(Inf|\d[\d.e+-]*))$/)
    const figures = samples(text)
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ platform: string; count: number }>(
        sql`select platform, count(*) as count from conversation where state = 'waiting' group by 1`,
      ),
    )
    expect(rows.length).toBeGreaterThan(1)
    for (const { platform, count } of rows) expect(figures.get(`answerback_waiting{platform="${platform}"}`)).toBe(count)
    expect(figures.get('answerback_oldest_wait_seconds{platform="facebook"}')).toBeGreaterThan(10)
    expect(figures.get('answerback_replies{platform="facebook",state="sent"}')).toBe(1)
    expect(figures.get('answerback_reply_seconds_count{platform="facebook"}')).toBe(1)
    expect(figures.get('answerback_reply_seconds_bucket{platform="facebook",le="+Inf"}')).toBe(1)
    expect(figures.get('answerback_deliveries{platform="facebook",state="done"}')).toBeGreaterThan(3)
    expect(figures.get('answerback_ingest_lag_seconds{platform="facebook"}')).toBe(0)
    expect(figures.get('answerback_queue_depth{queue="ingest"}')).toBe(0)
    expect(
      [...figures.keys()].some((key) =>
        key.startsWith('answerback_http_request_duration_seconds_count{method="PUT",route="/api/v1/conversations/:id/closure"'),
      ),
    ).toBe(true)
  })

  test('holds nothing of a person', async () => {
    const { text } = await get('/metrics')
    for (const word of ['Ada', 'Bo"', 'strap', 'Sam', 'fieldnote', world.workspaceId, world.staff.sam]) expect(text).not.toContain(word)
  })

  test('is open on this machine alone, and by its token elsewhere', async () => {
    const answers = async (token: string | undefined, headers: Record<string, string>) => {
      world.ctx.env.METRICS_TOKEN = token
      const { status } = await get('/metrics', headers)
      world.ctx.env.METRICS_TOKEN = undefined
      return status
    }
    const token = 'a-token-for-metrics-only'
    expect(await answers(undefined, { 'x-forwarded-for': '203.0.113.9' })).toBe(401)
    expect(await answers(undefined, { authorization: `Bearer ${token}` })).toBe(200)
    expect(await answers(token, {})).toBe(401)
    expect(await answers(token, { authorization: 'Bearer another' })).toBe(401)
    expect(await answers(token, { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' })).toBe(200)
  })
})

describe('/readyz and /healthz', () => {
  test('a ready process says so', async () => {
    expect(await get('/readyz')).toMatchObject({ status: 200, text: '{"ok":true}' })
    expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"ok":true}' })
  })

  test('what is missing is named, and the process itself is still healthy', async () => {
    const { queue } = world.ctx
    world.ctx.queue = { ...queue, depth: () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:6379')) }
    const answer = await get('/readyz')
    world.ctx.queue = queue
    expect(answer.status).toBe(503)
    expect(answer.type).toContain('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'unavailable', missing: [expect.stringContaining('ECONNREFUSED')] })
    expect((await get('/healthz')).status).toBe(200)
  })

  test('a database that is behind this version is not ready', async () => {
    const { system } = world.ctx.db
    const behind = Object.create(system) as typeof system
    behind.execute = ((query: never) =>
      JSON.stringify(query).includes('drizzle') ? { rows: [{ done: 1 }] } : system.execute(query)) as never
    world.ctx.db.system = behind
    const answer = await get('/readyz')
    world.ctx.db.system = system
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text).detail).toMatch(/^Its migrations could not be read: \d+ of \d+ are still to be run/)
  })
})

test('the version told is that of the package', () => {
  const file = new URL('../../package.json', import.meta.url)
  expect(version).toBe((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version)
})

describe('the API described', () => {
  let api: OpenApi
  let operations: { name: string; operation: Operation }[]
  beforeAll(async () => {
    api = JSON.parse((await get('/api/openapi.json')).text) as OpenApi
    operations = Object.entries(api.paths!).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
    )
  })

  test('every route below /api/v1 is in it', async () => {
    const wanted = (await routesOf(world))
      .filter((route) => route.includes(' /api/v1/'))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
    expect(wanted.length).toBeGreaterThan(15)
    expect(operations.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
  })

  test('each says what it is for, who may ask, what comes back, and how it refuses', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { name, operation } of operations) {
      if (!name.includes(' /api/v1/')) continue
      expect(operation.summary, name).toMatch(/^[A-Z].*\.$/)
      expect(operation.tags, name).toHaveLength(1)
      expect(operation.security?.length, name).toBeGreaterThan(0)
      const answers = Object.keys(operation.responses!)
      expect(
        answers.some((status) => /^2\d\d$/.test(status)),
        name,
      ).toBe(true)
      expect(operation.responses, name).toMatchObject({ default: { content: { 'application/problem+json': {} } } })
    }
  })

  test('every reference in it leads somewhere, and every schema is one', () => {
    const text = JSON.stringify(api)
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = pointer!.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], api)
      expect(found, pointer).toBeTypeOf('object')
    }
    const named = [...text.matchAll(/"type":"([a-z-]+)"/g)].map(([, type]) => type)
    const known = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null', 'http', 'apiKey']
    expect(named.filter((type) => !known.includes(type!.replace('apikey', 'apiKey')))).toEqual([])
    expect((api as { openapi?: string }).openapi).toMatch(/^3\./)
  })

  test('its page loads only what we serve', async () => {
    const page = await get('/api/docs/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!)
    expect(sources.length).toBeGreaterThan(4)
    expect(page.text).not.toMatch(/<script>|<style>|\son\w+=/)
    for (const source of sources) expect((await get(new URL(source, 'http://x/api/docs/').pathname)).status, source).toBe(200)
  })
})

/** `METHOD /path` of all routes, from the router itself. */
async function routesOf({ ctx }: World): Promise<string[]> {
  const { app, live } = await openApp(ctx, openAuth(ctx, { publicUrl: () => 'http://127.0.0.1' }), { demo: null })
  await app.ready()
  const above: string[] = []
  const routes = app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods] = /^(.*?)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line) ?? []
      if (indent === undefined) return []
      above.length = indent.length / 4
      above.push(part!)
      const path = above.join('').replace(/^\/\//, '/')
      return methods!
        .split(', ')
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${path}`)
    })
  await live.close()
  return routes
}
