import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** The only reader of the environment. Each variable once: what it means, what it is without it, what is wrong with it in words. */
const schema = z.object({
  PORT: port('PORT', 3000),
  HOST: z.string().min(1).optional(),
  SANDBOX_PORT: port('SANDBOX_PORT', 4000),
  DATA_DIR: z.string().min(1).default('.data'),
  PUBLIC_URL: url('PUBLIC_URL').optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'DATABASE_URL must begin with postgres:// , as in postgres://user:password@host:5432/answerback')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'REDIS_URL must begin with redis:// or rediss://')
    .optional(),
  /** What seals credentials and signs cookies where several processes share a database; without it `DATA_DIR/secrets.json`. While it is changed: `new,old`. */
  SECRET_KEY: z.string().min(32, 'SECRET_KEY must be at least 32 characters long, as made by: openssl rand -hex 32').optional(),
  SECRET_KEY_FILE: z.string().min(1).optional(),
  /** Who may read /metrics from another machine; without it only this one may. */
  METRICS_TOKEN: z.string().min(16, 'METRICS_TOKEN must be at least 16 characters long, as made by: openssl rand -hex 32').optional(),
  /** Where letters go out; without it invitations and resets are links to copy. */
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'SMTP_URL must begin with smtp:// or smtps:// , as in smtps://user:password@mail.example.org:465')
    .optional(),
  /** Whom they come from. */
  MAIL_FROM: z
    .string()
    .regex(/^\S+@\S+$|<\S+@\S+>$/, 'MAIL_FROM must be an address, as in Answerback <answerback@example.org>')
    .optional(),
  ROLES: z
    .string()
    .default('web,worker,poller')
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(['web', 'worker', 'poller'], 'ROLES must be a list of web, worker and poller, as in ROLES=web,worker')).min(1)),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .optional(),
  DEMO: z.enum(['on', 'off'], 'DEMO must be on or off').optional(),
  SANDBOX_RHYTHM: z.enum(['off', 'calm', 'busy'], 'SANDBOX_RHYTHM must be off, calm or busy').default('calm'),
  ALLOW_PRIVATE_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
    ),
})

/** Every variable by name, for what must name them all; beside these only `<PLATFORM>_API_URL` and `<PLATFORM>_APP_ID`, `_APP_SECRET`, `_APP_VERIFY_TOKEN`. */
export const variables = Object.keys(schema.shape)

/** In the data folder: the demo was ended there, and the next start is the real thing. */
export const demoEndedFile = 'demo-ended'

export type Env = z.infer<typeof schema> & {
  /** Base URL per platform id, from `<PLATFORM>_API_URL`. */
  apiUrls: Record<string, string>
  /** The installation's own app per platform id, which every workspace may use: `appId`, `appSecret`, `verifyToken`, as far as given. */
  platformApps: Record<string, Record<string, string>>
  /** Hosts (or host:port) that may be private: from ALLOW_PRIVATE_HOSTS, and in the demo the sandbox alone. */
  allowedHosts: string[]
  /** SECRET_KEY, or what stands in the file that SECRET_KEY_FILE names. */
  secretKey: string | undefined
  /** No configuration at all: sandbox, demo brand, loopback only. */
  demo: boolean
}

/** Reads and checks the environment. Throws one Error whose message names every bad variable and says what would be right. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(given)
  const wrong = (parsed.error?.issues ?? []).map((issue) => sentence(issue.path.join('.'), issue.message))
  const apiUrls: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const platform = /^([A-Z][A-Z0-9_]*)_API_URL$/.exec(name)?.[1]
    if (platform === undefined) continue
    if (!/^https?:\/\//.test(value!) || !URL.canParse(value!))
      wrong.push(`${name} must be a whole http or https URL, as in https://example.org.`)
    apiUrls[platform.toLowerCase().replaceAll('_', '-')] = value!
  }
  const platformApps: Record<string, Record<string, string>> = {}
  for (const [name, value] of Object.entries(given)) {
    const [, platform, part] = /^([A-Z][A-Z0-9_]*)_APP_(ID|SECRET|VERIFY_TOKEN)$/.exec(name) ?? []
    if (platform === undefined || part === undefined) continue
    const field = { ID: 'appId', SECRET: 'appSecret', VERIFY_TOKEN: 'verifyToken' }[part]!
    const id = platform.toLowerCase().replaceAll('_', '-')
    platformApps[id] = { ...platformApps[id], [field]: value! }
  }
  if (parsed.data?.SMTP_URL !== undefined && parsed.data.MAIL_FROM === undefined)
    wrong.push('MAIL_FROM: say whom letters come from when SMTP_URL is set, as in Answerback <answerback@example.org>.')
  if (!parsed.success || wrong.length > 0) throw new Error(wrong.join('\n'))
  const secretKey = secretKeyOf(parsed.data)
  const demo =
    parsed.data.DEMO === 'on' ||
    (parsed.data.DEMO === undefined &&
      parsed.data.DATABASE_URL === undefined &&
      parsed.data.PUBLIC_URL === undefined &&
      !existsSync(join(parsed.data.DATA_DIR, demoEndedFile)))
  return { ...parsed.data, apiUrls, platformApps, allowedHosts: [...parsed.data.ALLOW_PRIVATE_HOSTS], secretKey, demo }
}

function secretKeyOf({ SECRET_KEY, SECRET_KEY_FILE }: z.infer<typeof schema>): string | undefined {
  if (SECRET_KEY_FILE === undefined) return SECRET_KEY
  if (SECRET_KEY !== undefined) throw new Error('SECRET_KEY and SECRET_KEY_FILE mean the same. Keep one of them.')
  const wrong = (why: string) => new Error(`SECRET_KEY_FILE: ${SECRET_KEY_FILE} ${why}.`)
  let text: string
  try {
    text = readFileSync(SECRET_KEY_FILE, 'utf8').trim()
  } catch (error) {
    throw wrong(`cannot be read (${(error as Error).message})`)
  }
  if (text.length < 32) throw wrong('must hold at least 32 characters, as made by: openssl rand -hex 32')
  return text
}

function port(name: string, fallback: number) {
  const words = `${name} must be a port number from 0 to 65535`
  return z.coerce.number(words).int(words).min(0, words).max(65_535, words).default(fallback)
}

function url(name: string) {
  return z.url({ protocol: /^https?$/, error: `${name} must be a whole http or https URL, as in https://inbox.example.org` })
}

function sentence(name: string, message: string): string {
  return message.startsWith(name) ? `${message}.` : `${name}: ${message}.`
}
