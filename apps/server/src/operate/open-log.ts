import { DrizzleQueryError } from 'drizzle-orm'
import { pino, type DestinationStream, type Logger } from 'pino'
import { reasonOf } from '../db/reason.ts'

/** Members whose values are nobody's to read, wherever they stand in a line. */
const secret = [
  'authorization',
  'cookie',
  '"set-cookie"',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'appSecret',
  'clientSecret',
  'codeVerifier',
  'appPassword',
  'pageAccessToken',
  'verifyToken',
  'credentials',
  'secret',
  'key',
]
/** A secret in an address or a sentence: after one of these names, up to the next break. */
const inText =
  /((?:access_token|refresh_token|fb_exchange_token|input_token|client_secret|code_verifier|appsecret_proof|password|token|code|state)=)[^&\s"']+|((?:Bearer|Basic|DPoP)\s+)[^\s"',]+|(\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gi

/**
 * Structured lines (JSON, one an event). No secret reaches one: named members are left out, a refused statement is told without its values, and an error's
 * words lose what stands after `token=` and its like. Warnings only in the demo, whose console is for people.
 */
export function openLog(env: { LOG_LEVEL?: string | undefined; demo: boolean }, to?: DestinationStream): Logger {
  const options = {
    level: env.LOG_LEVEL ?? (env.demo ? 'warn' : 'info'),
    redact: { paths: secret.flatMap((name) => [name, nested('*', name), nested('*.*', name)]), censor: '(left out)' },
    serializers: { err: tellError, reason: tellText, detail: tellText, error: tellText },
  }
  return to ? pino(options, to) : pino(options)
}

function nested(path: string, name: string): string {
  return name.startsWith('"') ? `${path}[${name}]` : `${path}.${name}`
}

function tellError(error: unknown): unknown {
  if (!(error instanceof Error)) return tellText(error)
  const told = error instanceof DrizzleQueryError && error.cause instanceof Error ? error.cause : error
  return {
    type: told.constructor.name,
    // A value that does not fit its type (SQLSTATE class 22) is quoted by the database.
    message: tellText(String(codeOf(told)).startsWith('22') ? reasonOf(error).replace(/".*"/s, '(left out)') : reasonOf(error)),
    code: codeOf(told),
    stack: tellText(
      (told.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .join('\n'),
    ),
    ...(told.cause instanceof Error ? { cause: tellText(told.cause.message) } : {}),
  }
}

function codeOf(error: Error): unknown {
  return (error as { code?: unknown }).code
}

function tellText(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(inText, (_all, a?: string, b?: string, c?: string) => `${a ?? b ?? c}(left out)`) : text
}
