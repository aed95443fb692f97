import { describe, expect, test } from 'vitest'
import { readEnv } from './env.ts'

describe('without anything', () => {
  test.each([{}, { PORT: '', DATABASE_URL: '', DEMO: '', ALLOW_PRIVATE_HOSTS: '' }])('it is a demo with all roles: %o', (source) => {
    expect(readEnv(source)).toMatchObject({
      PORT: 3000,
      SANDBOX_PORT: 4000,
      DATA_DIR: '.data',
      ROLES: ['web', 'worker', 'poller'],
      demo: true,
      apiUrls: {},
      allowedHosts: [],
    })
  })
})

test('a database or a public address of its own ends the demo, unless it is asked for', () => {
  expect(readEnv({ DATABASE_URL: 'postgres://db.example/answerback' }).demo).toBe(false)
  expect(readEnv({ PUBLIC_URL: 'https://inbox.example.org' }).demo).toBe(false)
  expect(readEnv({ DEMO: 'off' }).demo).toBe(false)
  expect(readEnv({ DEMO: 'on', DATABASE_URL: 'postgresql://db.example/answerback' }).demo).toBe(true)
})

test('lists and platforms are read as they are meant', () => {
  const env = readEnv({
    ROLES: ' web , poller',
    ALLOW_PRIVATE_HOSTS: 'localhost:4000, ,10.0.0.7',
    FACEBOOK_API_URL: 'http://127.0.0.1:4000/facebook',
    GOOGLE_BUSINESS_API_URL: 'https://api.example.org',
    SOMETHING_ELSE: 'is none of ours',
  })
  expect(env.ROLES).toEqual(['web', 'poller'])
  expect(env.allowedHosts).toEqual(['localhost:4000', '10.0.0.7'])
  expect(env.apiUrls).toEqual({ facebook: 'http://127.0.0.1:4000/facebook', 'google-business': 'https://api.example.org' })
})

describe('a bad variable stops the start with a sentence that names it', () => {
  const bad: [string, string[]][] = [
    ['PORT', ['abc', '-1', '65536', '80.5', 'NaN']],
    ['SANDBOX_PORT', ['http', '70000']],
    ['PUBLIC_URL', ['inbox.example.org', 'ftp://inbox.example.org', 'https://', 'javascript:alert(1)']],
    ['DATABASE_URL', ['mysql://db/x', 'localhost', '/var/run/postgres']],
    ['REDIS_URL', ['localhost:6379', 'http://localhost']],
    ['ROLES', ['everything', 'web,,worker', 'web;worker', ' ']],
    ['LOG_LEVEL', ['loud', 'INFO']],
    ['DEMO', ['yes', 'true', '1']],
    ['SANDBOX_RHYTHM', ['fast']],
    ['MASTODON_API_URL', ['mastodon.social', 'ftp://mastodon.social', 'https://', 'mailto:a@b.example']],
  ]
  test.each(bad.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])))('%s=%s', (name, value) => {
    expect(() => readEnv({ [name]: value })).toThrow(new RegExp(`^${name}\\b[^\\n]* must [^\\n]*\\.$`))
  })

  test('and several are all named, a line each', () => {
    let said = ''
    try {
      readEnv({ PORT: 'x', DEMO: 'maybe', DATABASE_URL: 'sqlite://', BLUESKY_API_URL: 'here' })
    } catch (error) {
      said = (error as Error).message
    }
    expect(
      said
        .split('\n')
        .map((line) => line.split(' ')[0])
        .toSorted(),
    ).toEqual(['BLUESKY_API_URL', 'DATABASE_URL', 'DEMO', 'PORT'])
  })
})
