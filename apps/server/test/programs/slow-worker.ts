// Takes one job and never ends it: the worker that a test kills. Its options come as JSON in the first argument; says "took" on stdout.
import { pino } from 'pino'
import { openQueue } from '../../src/queue/queue.ts'

const options = JSON.parse(process.argv[2]!) as Omit<Parameters<typeof openQueue>[0], 'log'>
const queue = openQueue({ ...options, log: pino({ level: 'silent' }) })
await queue.work('ingest', 1, async () => {
  process.stdout.write('took\n')
  await new Promise(() => undefined)
})
