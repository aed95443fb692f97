/** One table of who may do what, and beside it what an API key's scopes cover: routes, socket, screens and tests read them. */
export const roles = ['owner', 'lead', 'manager', 'client'] as const
export type Role = (typeof roles)[number]

const everybody: readonly Role[] = roles
const staff: readonly Role[] = ['owner', 'lead', 'manager']
const leads: readonly Role[] = ['owner', 'lead']
const owners: readonly Role[] = ['owner']

export const permissions = {
  'inbox.read': everybody,
  /** All of it at once, as a file. */
  'inbox.export': leads,
  'reply.send': staff,
  'conversation.like': staff,
  'conversation.assign': staff,
  'conversation.snooze': staff,
  'conversation.close': staff,
  'conversation.reopen': staff,
  /** Hiding and removing on the platform what people wrote. */
  'message.moderate': staff,
  /** Saying that a post is out. */
  'posts.announce': staff,
  'deliveries.read': leads,
  'deliveries.retry': leads,
  'channels.read': everybody,
  'channels.connect': owners,
  'platform_apps.write': owners,
  /** One's own name, password, sessions and list of workspaces. */
  'account.own': everybody,
  'workspace.read': everybody,
  'workspace.write': owners,
  /** The closing reasons; everybody reads them, with `inbox.read`. */
  'reasons.write': leads,
  'targets.read': staff,
  'targets.write': owners,
  'staff.read': staff,
  'staff.write': owners,
  'invitations.write': leads,
  'api_keys.write': leads,
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions

/** What an API key may be narrowed to. A key may do what its role may and one of its scopes covers; without scopes all that its role may. */
export const scopes = ['read', 'reply', 'act', 'settings'] as const
export type Scope = (typeof scopes)[number]

/** Which scope covers a permission; null: nothing for a program. */
export const scopeOf: Readonly<Record<Permission, Scope | null>> = {
  'inbox.read': 'read',
  'inbox.export': 'read',
  'reply.send': 'reply',
  'conversation.like': 'act',
  'conversation.assign': 'act',
  'conversation.snooze': 'act',
  'conversation.close': 'act',
  'conversation.reopen': 'act',
  'message.moderate': 'act',
  'posts.announce': 'act',
  'deliveries.read': 'read',
  'deliveries.retry': 'act',
  'channels.read': 'read',
  'channels.connect': 'settings',
  'platform_apps.write': 'settings',
  'account.own': null,
  'workspace.read': 'read',
  'workspace.write': 'settings',
  'reasons.write': 'settings',
  'targets.read': 'read',
  'targets.write': 'settings',
  'staff.read': 'read',
  'staff.write': 'settings',
  'invitations.write': 'settings',
  'api_keys.write': 'settings',
}

/** The scopes that give a key of this role anything. */
export function scopesFor(role: Role): Scope[] {
  const useful = new Set((Object.keys(permissions) as Permission[]).filter((each) => may(role, each)).map((each) => scopeOf[each]))
  return scopes.filter((each) => useful.has(each))
}

/** Whom a role may invite: an owner anybody, a lead managers and clients. */
export function mayInvite(role: Role, invited: Role): boolean {
  return role === 'owner' || (role === 'lead' && ['manager', 'client'].includes(invited))
}

/** Whether `role` may do at least what `other` may. */
export function atLeast(role: Role, other: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(other)
}

export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}
