import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkHost, guardFetch, type Resolve } from './hosts.ts'
import { isPrivateAddress } from './private-address.ts'

/** Stands for everything inside that must never be reached: whatever arrives here is a hole. */
let canary: Server
let port: number
const reached: IncomingMessage[] = []

/** A public server in these tests: on loopback too, but allowed by its name and port. It answers what a test wants. */
let outside: Server
let outsideHost: string
let answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string> } = () => ({ status: 200 })
const seenOutside: IncomingMessage[] = []

beforeAll(async () => {
  canary = await listen((request) => {
    reached.push(request)
    return { status: 200 }
  })
  port = (canary.address() as AddressInfo).port
  outside = await listen((request) => {
    seenOutside.push(request)
    return answer(request)
  })
  outsideHost = `127.0.0.1:${(outside.address() as AddressInfo).port}`
})

afterAll(() => {
  for (const server of [canary, outside]) {
    server.closeAllConnections()
    server.close()
  }
})

/** Names as an attacker's name server would answer them. */
const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'inside.example': ['127.0.0.1'],
  'rfc1918.example': ['10.1.2.3'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'half.example': ['93.184.215.14', '127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'zone.example': ['fe80::1%lo'],
  'nothing.example': [],
  'public.example': ['93.184.215.14'],
}

const resolve: Resolve = async (name) => {
  const found = names[name]
  if (!found) throw Object.assign(new Error('not known'), { code: 'ENOTFOUND' })
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const hostile = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.1', '0x7f.0.0.1', '0177.0.0.1', '017700000001'],
  ...['0177.0x0.0.1', '127.0.0.1.', '①②⑦.⓪.⓪.①', '127。0。0。1', '%31%32%37.0.0.1', '0', '0.0.0.0', '0.0.0.0.', '00000.0'],
  ...[
    '10.0.0.1',
    '10.1',
    '012.0.0.1',
    '0xa.0.0.1',
    '167772161',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.1',
    '0300.0250.0.1',
  ],
  ...[
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '169.254.43518',
    '100.64.0.1',
    '100.127.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
  ],
  ...['198.51.100.7', '203.0.113.9', '192.88.99.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...[
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000::0001]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:10.0.0.1]',
    '[::127.0.0.1]',
  ],
  ...[
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::a00:1]',
    '[2002:7f00:1::]',
  ],
  ...[
    '[2002:a9fe:a9fe::1]',
    '[2001:0:7f00:1::]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
  ],
  ...['[100::1]', '[5f00::1]', '[4000::1]'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'inside.example', 'rfc1918.example', 'six.example', 'mapped.example', 'half.example'],
  ...['metadata.example', 'zone.example', 'nothing.example', 'not-known.example'],
]

const forms = (host: string) => [`http://${host}:${port}/`, `https://${host}:${port}/`]
const urls = [
  ...hostile.flatMap((host) => forms(host).slice(0, 1)),
  ...['127.0.0.1', '[::1]', 'inside.example'].flatMap((host) => forms(host).slice(1)),
  ...[
    'http://public.example@127.0.0.1:PORT/',
    'http://127.0.0.1:PORT#@public.example/',
    'http://user:pass@public.example:PORT/',
    'http:127.0.0.1:PORT',
  ],
  ...[
    'http:\\\\127.0.0.1:PORT\\',
    'http://127.0.0.1:PORT\\@public.example/',
    'http:///127.0.0.1:PORT/',
    ' http://127.0.0.1:PORT/',
    'hTTp://127.0.0.1:PORT',
  ],
  ...[
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:PORT/',
    'data:text/plain,hello',
    'javascript:alert(1)',
    'unix:/run/docker.sock',
  ],
  ...['', '//127.0.0.1:PORT/', '127.0.0.1:PORT', 'http://', 'http://[::1', 'http://127.0.0.1:99999/'],
].map((url) => url.replace('PORT', String(port)))

test('the table is as long as promised', () => expect(new Set(urls).size).toBeGreaterThanOrEqual(60))

describe.each(urls)('%s', (url) => {
  test('is refused when an account is connected', async () => {
    await expect(checkHost(url, [], resolve)).rejects.toMatchObject({ code: 'host_not_allowed' })
  })
  test('is not called', async () => {
    const guarded = guardFetch({ allowed: [], resolve })
    await expect(guarded(url, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow()
    expect(reached).toHaveLength(0)
    await guarded.close()
  })
  test('is no live connection', async () => {
    const guarded = guardFetch({ allowed: [], resolve })
    const socketUrl = url.replace(/^http/i, 'ws')
    await expect(guarded.openSocket(socketUrl, { signal: AbortSignal.timeout(2_000), timeoutMs: 2_000 })).rejects.toThrow()
    expect(reached).toHaveLength(0)
    await guarded.close()
  })
})

test.each(['93.184.215.14', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
  '%s is public',
  (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  },
)

test('a name whose next answer leads inside: what was checked is what is connected to', async () => {
  let asked = 0
  const rebinding: Resolve = async () => [{ address: (asked += 1) === 1 ? '93.184.215.14' : '127.0.0.1', family: 4 }]
  const guarded = guardFetch({ allowed: [], resolve: rebinding })
  await checkHost(`http://rebind.example:${port}/`, [], rebinding)
  const failure = await guarded(`http://rebind.example:${port}/`).then(
    () => null,
    (error: Error & { cause?: { code?: string } }) => error,
  )
  expect(failure?.cause?.code).toBe('EHOSTUNREACH')
  expect([asked, reached.length]).toEqual([2, 0])
  await guarded.close()
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) from a public server to the inside is not followed', async (status) => {
  for (const location of [`http://127.0.0.1:${port}/`, `http://[::1]:${port}/`, `http://inside.example:${port}/`, `//0x7f.1:${port}/`]) {
    answer = () => ({ status, headers: { location } })
    const guarded = guardFetch({ allowed: [outsideHost], resolve })
    await expect(guarded(`http://${outsideHost}/`)).rejects.toThrow()
    await guarded.close()
  }
  expect(reached).toHaveLength(0)
})

test('a live connection is opened where it is allowed, and led nowhere else', async () => {
  const guarded = guardFetch({ allowed: [outsideHost], resolve })
  const before = seenOutside.length
  answer = () => ({ status: 302, headers: { location: `http://127.0.0.1:${port}/` } })
  await expect(guarded.openSocket(`ws://${outsideHost}/`, { signal: AbortSignal.timeout(5_000) })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect([seenOutside.length - before, reached.length]).toEqual([1, 0])
  await guarded.close()
})

test('a redirect to another origin takes neither token nor cookie along, nor a body', async () => {
  const other = await listen((request) => {
    seenOutside.push(request)
    return { status: 200 }
  })
  const otherHost = `127.0.0.1:${(other.address() as AddressInfo).port}`
  const guarded = guardFetch({ allowed: [outsideHost, otherHost], resolve })
  answer = () => ({ status: 307, headers: { location: `http://${otherHost}/there` } })
  seenOutside.length = 0
  const headers = { authorization: 'Bearer secret', cookie: 'session=secret', 'x-kept': 'yes' }
  expect((await guarded(`http://${outsideHost}/`, { headers })).status).toBe(200)
  expect(seenOutside.map((request) => [request.headers.authorization, request.headers.cookie, request.headers['x-kept']])).toEqual([
    ['Bearer secret', 'session=secret', 'yes'],
    [undefined, undefined, 'yes'],
  ])
  await expect(guarded(`http://${outsideHost}/`, { method: 'POST', body: 'password' })).rejects.toThrow(/elsewhere/)
  expect(seenOutside).toHaveLength(3)
  await guarded.close()
  other.closeAllConnections()
  other.close()
})

test('a redirect on the same origin keeps the token; a circle ends', async () => {
  const guarded = guardFetch({ allowed: [outsideHost], resolve })
  answer = (request) => (request.url === '/there' ? { status: 200 } : { status: 302, headers: { location: '/there' } })
  seenOutside.length = 0
  expect((await guarded(`http://${outsideHost}/`, { headers: { authorization: 'Bearer x' } })).status).toBe(200)
  expect(seenOutside.map((request) => request.headers.authorization)).toEqual(['Bearer x', 'Bearer x'])
  answer = () => ({ status: 302, headers: { location: '/' } })
  await expect(guarded(`http://${outsideHost}/`)).rejects.toThrow(/elsewhere/)
  expect((await guarded(`http://${outsideHost}/`, { redirect: 'manual' })).status).toBe(302)
  await guarded.close()
})

function listen(reply: (request: IncomingMessage) => { status: number; headers?: Record<string, string> }): Promise<Server> {
  const server = createServer((request, response) => {
    const { status, headers } = reply(request)
    response.writeHead(status, { 'content-length': '0', ...headers }).end()
  })
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)))
}
