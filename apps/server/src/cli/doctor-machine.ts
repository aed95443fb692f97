import { constants, existsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { Redis } from 'ioredis'
import { runningUrl } from '../db/owner-lock.ts'
import type { Env } from '../env.ts'
import type { Finding } from './doctor.ts'
import { lookAtReach } from './doctor-reach.ts'

const oldestNode = [20, 19] as const
const littleMb = 1_000
const tooLittleMb = 100

/** Node, settings that contradict each other, the data folder, the port, the way in from outside, Redis. */
export async function* lookAtMachine(env: Env, dataDir: string): AsyncGenerator<Finding> {
  yield lookAtNode(process.versions.node)
  yield lookAtAddress(env)
  yield await lookAtFolder(dataDir)
  yield await lookAtPort(env, dataDir)
  if (env.PUBLIC_URL && !env.demo) yield* lookAtReach(env.PUBLIC_URL)
  if (env.REDIS_URL) yield await lookAtRedis(env.REDIS_URL)
}

/** `version`: as in `20.19.1`. */
export function lookAtNode(version: string): Finding {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  const old = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])
  if (old)
    return {
      about: 'Node',
      state: 'bad',
      words: `this is ${version}, and ${oldestNode.join('.')} or later is needed. Install the current long-term release.`,
    }
  return { about: 'Node', state: 'ok', words: version }
}

export function lookAtAddress(env: Pick<Env, 'PUBLIC_URL' | 'demo'>): Finding {
  const about = 'Address'
  if (env.demo) return { about, state: 'ok', words: 'a demo, for this machine alone' }
  if (!env.PUBLIC_URL)
    return {
      about,
      state: 'look',
      words:
        'PUBLIC_URL is not set, so links in invitations lead to this machine only. Set it to the address people open, as in https://inbox.example.org',
    }
  const { protocol, hostname } = new URL(env.PUBLIC_URL)
  if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return { about, state: 'ok', words: env.PUBLIC_URL }
  return {
    about,
    state: 'bad',
    words: `PUBLIC_URL is ${env.PUBLIC_URL}, without https: passwords and cookies travel in the open, and platforms send no webhooks there. Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.`,
  }
}

async function lookAtFolder(dataDir: string): Promise<Finding> {
  const about = 'Data folder'
  let place = dataDir
  while (!existsSync(place)) place = dirname(place)
  try {
    await access(place, constants.W_OK)
  } catch {
    return {
      about,
      state: 'bad',
      words: `${place} cannot be written by this user. Give it to the user that runs Answerback, or set DATA_DIR.`,
    }
  }
  const { bavail, bsize } = await statfs(place)
  return lookAtSpace(dataDir, Math.floor((bavail * bsize) / 1_000_000))
}

/** `freeMb`: what this user may still write there. */
export function lookAtSpace(dataDir: string, freeMb: number): Finding {
  const about = 'Data folder'
  const words = `${dataDir}, ${freeMb} MB free`
  if (freeMb < tooLittleMb) return { about, state: 'bad', words: `${words}. The disk is full: make room, or move DATA_DIR.` }
  if (freeMb < littleMb) return { about, state: 'look', words: `${words}. Make room before it is full.` }
  return { about, state: 'ok', words }
}

async function lookAtPort(env: Env, dataDir: string): Promise<Finding> {
  const about = 'Port'
  const url = runningUrl(dataDir)
  if (url) return { about, state: 'ok', words: `Answerback runs on ${url}` }
  const answers = await fetch(`http://127.0.0.1:${env.PORT}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  )
  if (answers) return { about, state: 'ok', words: `an Answerback answers on ${env.PORT}` }
  const taken = await new Promise<string | null>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(env.PORT, env.HOST, () => server.close(() => resolve(null)))
  })
  if (taken === 'EADDRINUSE') return { about, state: 'bad', words: `${env.PORT} is taken by another program. Stop that one, or set PORT.` }
  if (taken === 'EACCES')
    return { about, state: 'bad', words: `this user may not listen on ${env.PORT}. Set PORT to one above 1023 and put a proxy in front.` }
  if (taken === 'EADDRNOTAVAIL')
    return { about, state: 'bad', words: `HOST is ${env.HOST}, which is no address of this machine. Leave it out, or set it to one.` }
  return taken
    ? { about, state: 'bad', words: `${env.PORT}: ${taken}` }
    : { about, state: 'ok', words: `${env.PORT} is free; Answerback does not run` }
}

async function lookAtRedis(url: string): Promise<Finding> {
  const about = 'Redis'
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, maxRetriesPerRequest: 0, retryStrategy: () => null })
  let reason = ''
  redis.on('error', (error: Error) => (reason = error.message))
  try {
    await redis.connect()
    const policy = ((await redis.config('GET', 'maxmemory-policy').catch(() => [])) as string[])[1]
    if (policy !== undefined && policy !== 'noeviction')
      return {
        about,
        state: 'look',
        words: `its maxmemory-policy is ${policy}: when memory is short it throws jobs away, which then take longer. Set it to noeviction.`,
      }
    return { about, state: 'ok', words: 'answers' }
  } catch (error) {
    return {
      about,
      state: 'bad',
      words: `REDIS_URL: nobody answers there (${reason || (error as Error).message}). Start Redis, correct the address, or leave REDIS_URL out.`,
    }
  } finally {
    redis.disconnect()
  }
}
