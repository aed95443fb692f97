import { expect, test } from 'vitest'
import { may, permissions, roles } from './permissions.ts'
import type { Permission } from './permissions.ts'

const all = Object.keys(permissions) as Permission[]

test('a client reads and touches nothing', () => {
  expect(all.filter((permission) => may('client', permission))).toEqual(['inbox.read', 'channels.read'])
})

test('an owner may do everything, and each role at least what the next may', () => {
  for (const permission of all) {
    expect(may('owner', permission)).toBe(true)
    const allowed = roles.map((role) => may(role, permission))
    expect(allowed).toEqual(allowed.toSorted((a, b) => Number(b) - Number(a)))
  }
})

test('a community manager answers but connects no channel', () => {
  expect(may('manager', 'reply.send')).toBe(true)
  expect(may('manager', 'channels.connect')).toBe(false)
  expect(may('lead', 'deliveries.retry')).toBe(true)
  expect(may('lead', 'platform_apps.write')).toBe(false)
})
