import { BlockList, isIP } from 'node:net'

/** IPv4 that is no public server's: IANA's special-purpose registry (RFC 6890), multicast and the reserved rest. */
const privateIpv4 = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  privateIpv4.addSubnet(net, bits, 'ipv4')

/** Only global unicast is public (RFC 4291), */
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')
/** and in it not protocol assignments with Teredo, documentation, and 6to4, which hold other addresses or nobody's. */
const specialIpv6 = new BlockList()
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  specialIpv6.addSubnet(net, bits, 'ipv6')

/** Whether an address leads inside: loopback, private, link-local, multicast, or an IPv6 form that hides such a one. What is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 4) return privateIpv4.check(plain, 'ipv4')
  if (version === 6) return !globalIpv6.check(plain, 'ipv6') || specialIpv6.check(plain, 'ipv6')
  return true
}
