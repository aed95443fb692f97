import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { platforms } from '@answerback/platforms/registry'
import { readEnv, variables } from '../src/env.ts'

/** What operators copy must be true: the example of the environment, the compose file and the image, against the program itself. */
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const nameOf = (id: string) => id.toUpperCase().replaceAll('-', '_')
const apps = platforms.filter(({ connect, webhook }) => connect.oauth?.app === 'by_hand' || (webhook && !webhook.perChannel))
const known = [
  ...variables,
  ...platforms.map(({ id }) => `${nameOf(id)}_API_URL`),
  ...apps.flatMap(({ id, webhook }) => [
    `${nameOf(id)}_APP_ID`,
    `${nameOf(id)}_APP_SECRET`,
    ...(webhook && webhook.handshake === undefined ? [`${nameOf(id)}_APP_VERIFY_TOKEN`] : []),
  ]),
]

type Service = {
  build?: string
  command?: string[]
  profiles?: string[]
  environment?: Record<string, string | number>
  ports?: string[]
  volumes?: string[]
  env_file?: { path: string; required: boolean }[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { disable?: boolean; test?: string[] }
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const ours = Object.entries(compose.services).filter(([, service]) => service.build !== undefined)
const dockerfile = read('Dockerfile')

describe('.env.example', () => {
  const lines = read('.env.example').split('\n')
  const given = lines
    .flatMap((line) => /^#([A-Z0-9_]+)=(.*)$/.exec(line)?.slice(1, 3) ?? [])
    .flatMap((value, at, all) => (at % 2 === 0 ? [[value, all[at + 1]!]] : []))

  test('has every variable once, and nothing else', () => {
    expect(given.map(([name]) => name).toSorted()).toEqual(known.toSorted())
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
  })

  test('gives an example that is taken', () => {
    const examples = Object.fromEntries(given.filter(([name]) => name !== 'SECRET_KEY_FILE'))
    expect(() => readEnv(examples)).not.toThrow()
  })

  test('says why and the default above each', () => {
    const groups = read('.env.example').split(/\n(?=# )/)
    for (const [name] of given) {
      const group = groups.find((text) => text.includes(`#${name}=`))
      expect(group, name).toMatch(/^# [^\n]+ Default: [^\n]+\./)
    }
  })
})

describe('docker-compose.yml', () => {
  test.each(ours)('%s: its variables exist, and the program takes them', (_name, service) => {
    const environment = Object.fromEntries(Object.entries(service.environment!).map(([name, value]) => [name, filledIn(String(value))]))
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([])
    const env = readEnv(environment)
    expect(env.demo).toBe(false)
    for (const port of service.ports ?? []) expect(filledIn(port)).toBe(`${readEnv({}).PORT}:${env.PORT}`)
    expect((service.ports ?? []).length > 0, 'the web role, and only it, is reached from outside').toBe(env.ROLES.includes('web'))
    expect(service.healthcheck?.disable ?? false, 'and only it can be asked how it is').toBe(!env.ROLES.includes('web'))
    expect(service.command, 'the image says what runs').toBeUndefined()
    if (env.DATABASE_URL === undefined) return
    expect(Object.keys(compose.services)).toContain(new URL(env.DATABASE_URL).hostname)
    expect(Object.keys(compose.services)).toContain(new URL(env.REDIS_URL!).hostname)
    expect(Object.keys(service.depends_on!)).toEqual(['postgres', 'redis'])
  })

  test('all roles are there, without the profile and within it', () => {
    const roles = (services: typeof ours) =>
      services.flatMap(([, { environment }]) => readEnv({ ROLES: String(environment!.ROLES) }).ROLES).toSorted()
    expect(roles(ours.filter(([, { profiles }]) => profiles === undefined))).toEqual(['poller', 'web', 'worker'])
    expect(roles(ours.filter(([, { profiles }]) => profiles?.includes('small')))).toEqual(['poller', 'web', 'worker'])
  })

  test('names nothing of .env but what the example has', () => {
    const named = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1]!)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  test('the database that comes along is the one that is asked for, and what is kept has a volume', () => {
    const { environment } = compose.services.postgres!
    const url = new URL(String(compose.services.server!.environment!.DATABASE_URL))
    expect([url.username, url.password, url.pathname]).toEqual([
      environment!.POSTGRES_USER,
      environment!.POSTGRES_PASSWORD,
      `/${environment!.POSTGRES_DB}`,
    ])
    expect(compose.services.small!.volumes).toEqual([`data:${/DATA_DIR=(\S+)/.exec(dockerfile)![1]}`])
    expect(Object.keys(compose.volumes).toSorted()).toEqual(['data', 'postgres'])
  })
})

describe('Dockerfile', () => {
  test('runs the bundle that the build makes, as nobody special, on the port that is the default', () => {
    expect(dockerfile).toMatch(/^RUN node scripts\/build\.mjs$/m)
    expect(dockerfile).toMatch(/^CMD \["node", "apps\/server\/dist\/server\/main\.js"\]$/m)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${readEnv({}).PORT}$`, 'm'))
    expect(dockerfile).toContain('/readyz')
  })

  test('copies the description of every package before it installs them', () => {
    const workspace = parse(read('pnpm-lock.yaml').split('\n---\n').at(-1)!) as { importers: Record<string, unknown> }
    for (const path of Object.keys(workspace.importers).filter((path) => path !== '.'))
      expect(dockerfile).toContain(`COPY ${path}/package.json ${path}/`)
  })

  test('copies what is there, or what its own steps have made by then', () => {
    const made = /(^|\/)(node_modules|dist)$/
    const copied = [...dockerfile.matchAll(/^COPY (--from=build )?(.+) \S+$/gm)].flatMap(([, fromBuild, paths]) =>
      paths!.split(' ').map((path) => ({ path: path.replace('/app/', ''), fromBuild: fromBuild !== undefined })),
    )
    expect(copied.length).toBeGreaterThan(15)
    expect(
      copied.filter(({ path, fromBuild }) => !existsSync(new URL(`../../../${path}`, import.meta.url)) && !(fromBuild && made.test(path))),
    ).toEqual([])
  })

  test('asks for a Node that package.json allows', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    const least = Number(/>=(\d+)/.exec(engines.node)![1])
    for (const [, major] of dockerfile.matchAll(/^FROM node:(\d+)/gm)) expect(Number(major)).toBeGreaterThanOrEqual(least)
  })
})

/** As compose fills in variables that are not set. */
function filledIn(text: string): string {
  return text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
}
