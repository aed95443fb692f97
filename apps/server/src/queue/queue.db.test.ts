import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/postgres.ts'
import { openQueue, type Queue } from './queue.ts'

/** What we need of the queue's store, with the real thing on PostgreSQL. */
let database: FreshDatabase
let tidy: (() => unknown)[]
beforeEach(async () => {
  database = await freshDatabase()
  tidy = [() => database.drop()]
})
afterEach(async () => {
  for (const each of tidy.splice(0).toReversed()) await each()
})

const options = () => ({ prefix: 'test', postgres: database.system, log: pino({ level: 'silent' }) })

function aQueue(): Queue {
  const queue = openQueue(options())
  tidy.push(() => queue.close())
  return queue
}

const ids = (count: number, name = 'd') => Array.from({ length: count }, (_, at) => ({ deliveryIds: [`${name}${at}`] }))

/** Resolves as soon as `met` is true. The test's own time limit ends a wait in vain. */
async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('every job runs, once, whoever of several workers takes it, and nothing is left behind', async () => {
  const ran: string[] = []
  const [one, two] = [aQueue(), aQueue()]
  await one.add('ingest', ids(60))
  expect(await one.depth()).toEqual({ ingest: 60, send: 0 })
  for (const queue of [one, two]) await queue.work('ingest', 4, async (job) => void ran.push(...job.deliveryIds))
  await two.add('ingest', ids(60, 'later'))
  await until(() => ran.length >= 120)
  await until(async () => (await one.depth()).ingest === 0)
  expect(new Set(ran).size).toBe(120)
  expect(ran).toHaveLength(120)
})

test('a job that failed is gone, and the same may be added and run again', async () => {
  const queue = aQueue()
  let tries = 0
  await queue.work('send', 1, async () => {
    tries += 1
    if (tries === 1) throw new Error('not today')
  })
  const job = { workspaceId: 'w', replyId: 'r' }
  await queue.add('send', [job])
  await until(() => tries === 1)
  await until(async () => (await queue.depth()).send === 0)
  expect(tries, 'never again by itself').toBe(1)
  await queue.add('send', [job])
  await until(() => tries === 2)
})

test('what a killed process was doing is taken up by another within about five seconds', async () => {
  const queue = aQueue()
  await queue.add('ingest', ids(1, 'orphan'))
  const program = `import { pino } from 'pino'
    import { openQueue } from ${JSON.stringify(new URL('./queue.ts', import.meta.url).href)}
    const queue = openQueue({ prefix: 'test', postgres: ${JSON.stringify(database.system)}, log: pino({ level: 'silent' }) })
    await queue.work('ingest', 1, (job) => { console.log(job.deliveryIds[0]); return new Promise(() => {}) })`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  tidy.push(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  expect(line).toBe('orphan0')

  const ran: string[] = []
  await queue.work('ingest', 1, async (job) => void ran.push(...job.deliveryIds))
  await queue.add('ingest', ids(1, 'fresh'))
  await until(() => ran.length === 1)
  expect(ran, 'while it runs elsewhere nobody else takes it').toEqual(['fresh0'])
  child.kill('SIGKILL')
  await once(child, 'exit')
  const killedAt = performance.now()
  await until(() => ran.length === 2)
  expect(ran[1]).toBe('orphan0')
  expect(performance.now() - killedAt).toBeLessThan(7_000)
})

test('closing waits for what runs and starts nothing more; the rest waits for the next start', async () => {
  const queue = openQueue(options())
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const ran: string[] = []
  await queue.work('ingest', 1, async (job) => {
    ran.push(`${job.deliveryIds[0]} began`)
    await finished
    ran.push(`${job.deliveryIds[0]} ended`)
  })
  await queue.add('ingest', ids(2))
  await until(() => ran.length === 1)
  const first = ran[0]!.split(' ')[0]!
  let closed = false
  const closing = queue.close().then(() => (closed = true))
  expect(await aQueue().depth()).toEqual({ ingest: 2, send: 0 })
  expect(closed).toBe(false)
  finish()
  await closing
  expect(ran).toEqual([`${first} began`, `${first} ended`])

  const next = aQueue()
  const left: string[] = []
  await next.work('ingest', 1, async (job) => void left.push(...job.deliveryIds))
  await until(() => left.length === 1)
  expect(left).toEqual([first === 'd0' ? 'd1' : 'd0'])
})

test('adding never throws, not even without a store: the sweep finds what was not added', async () => {
  const queue = openQueue({ ...options(), postgres: { ...database.system, database: 'nowhere' } })
  tidy.push(() => queue.close().catch(() => {}))
  await expect(queue.add('ingest', ids(1))).resolves.toBeUndefined()
  await expect(queue.depth()).rejects.toThrow()
})
