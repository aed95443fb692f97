import { describeMachine } from './machine.ts'

const benches: Record<string, { about: string; load: () => Promise<{ default: (args: string[]) => Promise<void> }> }> = {
  intake: {
    about: 'webhooks acknowledged a second, each one stored, against a server that stores nothing',
    load: () => import('./intake.ts'),
  },
  screen: {
    about: 'from a webhook sent to its row painted in a browser, against one fsync and one socket',
    load: () => import('./screen.ts'),
  },
  start: {
    about: 'from npm start to /readyz: first time, again, after kill -9; against PostgreSQL alone',
    load: () => import('./start.ts'),
  },
  scheduler: {
    about: 'one poller with 10,000 channels for a minute: lag, allowances, processor, memory; takes 2 minutes',
    load: () => import('./scheduler.ts'),
  },
  normalize: {
    about: 'facts a second that each adapter reads out of its fixtures, on one core, against JSON.parse',
    load: () => import('./normalize.ts'),
  },
  walls: {
    about: 'the unanswered page behind row-level security, against a role that passes it',
    load: () => import('./walls.ts'),
  },
  search: {
    about: 'the first page of a search over a million messages, against the best plan that can be forced [--messages n]',
    load: () => import('./search.ts'),
  },
  memory: { about: 'resident memory of the busy demo over time [--minutes 10]', load: () => import('./memory.ts') },
}

/** `pnpm bench <name>`: measures, says where, and ends with `<name> ratio=<x> goal=<op><y> met|missed`. A missed goal is an answer, not an error. */
const [, , name = '', ...args] = process.argv
const bench = benches[name]
if (bench) {
  console.log(`${name}: ${bench.about}`)
  console.log(await describeMachine())
  await (await bench.load()).default(args)
} else {
  console.log(
    `pnpm bench <name>\n${Object.entries(benches)
      .map(([each, { about }]) => `  ${each.padEnd(11)}${about}`)
      .join('\n')}`,
  )
  process.exitCode = name === '' ? 0 : 1
}
