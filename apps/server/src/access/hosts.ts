import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Problem } from '@answerback/core/problem'

/** Addresses that are no public server's: RFC 6890 special-purpose ranges, IPv4 and IPv6. */
const inside = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2002::', 16],
] as const)
  inside.addSubnet(net, bits, 'ipv6')

/**
 * Throws `host_not_allowed` when a URL is not http(s), carries a user name, or leads to a private or loopback address and its host (or host:port) is not
 * among `allowed`. Every address that the name resolves to is checked.
 */
export async function checkHost(url: string, allowed: readonly string[]): Promise<void> {
  const refuse = (why: string): never => {
    throw new Problem('host_not_allowed', `${url}: ${why}`, { invalidParams: [{ name: 'settings', reason: why }] })
  }
  if (!URL.canParse(url)) return refuse('this is not a whole URL, as in https://example.org')
  const { protocol, hostname, host, username } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return refuse('only http and https are used')
  if (username !== '') return refuse('leave the user name out of the address')
  if (allowed.includes(host) || allowed.includes(hostname)) return
  const bare = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(bare)
    ? [bare]
    : (await lookup(bare, { all: true }).catch(() => refuse('this name is not known'))).map((each) => each.address)
  if (addresses.some(isInside)) refuse('this leads to a private address. If that is meant, name the host in ALLOW_PRIVATE_HOSTS.')
}

/** A fetch that refuses what `checkHost` refuses, on every call: an address can also come from a platform's own answer. */
export function guardFetch(inner: typeof fetch, allowed: readonly string[]): typeof fetch {
  return async (input, init) => {
    await checkHost(input instanceof Request ? input.url : String(input), allowed)
    return inner(input, init)
  }
}

function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return inside.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}
