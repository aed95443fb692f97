import { io } from 'socket.io-client'
import { childrenOf, processOf, proportionalMb } from './processes.ts'
import { quantile, sayVerdict } from './pairs.ts'
import { buildPrograms, inDataDir, startProgram, type Program } from './program.ts'

const goalMb = 300
const sampleMs = 5_000

type Sample = { minutes: number; server: number; sandbox: number; postgres: number }

/**
 * Memory of the demo at the busy rhythm (on each platform something happens every one to three seconds), with one browser's socket listening and its list
 * read every 10 s. The goal is the server process's highest resident memory against 300 MB. PostgreSQL is counted by its proportional share, or its
 * shared buffers would count once a process.
 */
export default async function memory(args: string[]): Promise<void> {
  const minutes = Number(args[args.indexOf('--minutes') + 1] || 10)
  await buildPrograms()
  const samples = await inDataDir((dataDir) => sample(dataDir, minutes))
  for (const name of ['server', 'sandbox', 'postgres'] as const) console.log(describe(name, samples))
  sayVerdict({ name: 'memory', ratio: Math.max(...samples.map((each) => each.server)) / goalMb, op: '<=', goal: 1 })
}

async function sample(dataDir: string, minutes: number): Promise<Sample[]> {
  const program = await startProgram({ dataDir, rhythm: 'busy' })
  const leave = await listen(program)
  try {
    const samples: Sample[] = []
    const startedAt = performance.now()
    const soFar = () => (performance.now() - startedAt) / 60_000
    while (soFar() < minutes) {
      const below = childrenOf(program.pid)
      const share = (isMine: (command: string) => boolean) =>
        below.filter((row) => isMine(row.command)).reduce((sum, row) => sum + proportionalMb(row), 0)
      const isPostgres = (command: string) => command.includes('postgres')
      samples.push({
        minutes: soFar(),
        server: rssMbOf(program),
        sandbox: share((command) => !isPostgres(command)),
        postgres: share(isPostgres),
      })
      await new Promise((resolve) => setTimeout(resolve, sampleMs))
    }
    return samples
  } finally {
    leave()
    await program.stop()
  }
}

function rssMbOf({ pid, said }: Program): number {
  try {
    return processOf(pid).rssMb
  } catch {
    throw new Error(`The program ended by itself. Its last words: ${said().trim()}`)
  }
}

/** Signs in and keeps a socket and a list, as an open browser does. Returns the way to end it. */
async function listen({ url, signInUrl }: Program): Promise<() => void> {
  const response = await fetch(signInUrl, { redirect: 'manual' })
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const socket = io(url, { transports: ['websocket'], extraHeaders: { cookie } })
  const reading = setInterval(
    () => void fetch(`${url}/api/v1/conversations?state=waiting&limit=50`, { headers: { cookie } }).then((each) => each.arrayBuffer()),
    10_000,
  )
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
  })
  return () => {
    clearInterval(reading)
    socket.close()
  }
}

/** The slope is a least-squares line through the second half: the first is filling up. */
function describe(name: 'server' | 'sandbox' | 'postgres', samples: Sample[]): string {
  const values = samples.map((each) => each[name])
  const later = samples.slice(samples.length >> 1)
  const mean = (pick: (each: Sample) => number) => later.reduce((sum, each) => sum + pick(each), 0) / later.length
  const [meanX, meanY] = [mean((each) => each.minutes), mean((each) => each[name])]
  const slope =
    later.reduce((sum, each) => sum + (each.minutes - meanX) * (each[name] - meanY), 0) /
    later.reduce((sum, each) => sum + (each.minutes - meanX) ** 2, 0)
  const mb = (value: number) => `${value.toFixed(0)} MB`
  return `${name}: ${mb(values[0]!)} at the start, median ${mb(quantile(values, 0.5))}, highest ${mb(Math.max(...values))}, ${mb(values.at(-1)!)} after ${samples.at(-1)!.minutes.toFixed(0)} min; second half ${slope >= 0 ? '+' : ''}${(slope * 60).toFixed(0)} MB an hour`
}
