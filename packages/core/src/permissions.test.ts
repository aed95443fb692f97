import { expect, test } from 'vitest'
import { atLeast, may, mayInvite, permissions, roles, scopeOf, scopesFor } from './permissions.ts'
import type { Permission } from './permissions.ts'

const all = Object.keys(permissions) as Permission[]

test('a client reads and touches nothing', () => {
  expect(all.filter((permission) => may('client', permission))).toEqual(['inbox.read', 'channels.read', 'account.own', 'workspace.read'])
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

test('an owner invites anybody, a lead managers and clients, others nobody', () => {
  const invites = roles.map((role) => roles.filter((invited) => mayInvite(role, invited)))
  expect(invites).toEqual([[...roles], ['manager', 'client'], [], []])
})

test('a role is at least itself and all below', () => {
  expect(roles.map((role) => roles.filter((other) => atLeast(role, other)))).toEqual(roles.map((_, index) => roles.slice(index)))
})

test('each role finds the scopes that give a key of it something, and no scope covers one’s own account', () => {
  expect(roles.map(scopesFor)).toEqual([
    ['read', 'reply', 'act', 'settings'],
    ['read', 'reply', 'act', 'settings'],
    ['read', 'reply', 'act'],
    ['read'],
  ])
  expect(all.filter((permission) => scopeOf[permission] === null)).toEqual(['account.own'])
})
