/** One table of who may do what: routes, socket, screens and tests read it. */
export const roles = ['owner', 'lead', 'manager', 'client'] as const
export type Role = (typeof roles)[number]

const everybody: readonly Role[] = roles
const staff: readonly Role[] = ['owner', 'lead', 'manager']
const leads: readonly Role[] = ['owner', 'lead']
const owners: readonly Role[] = ['owner']

export const permissions = {
  'inbox.read': everybody,
  'reply.send': staff,
  'conversation.like': staff,
  'conversation.assign': staff,
  'conversation.snooze': staff,
  'conversation.close': staff,
  'conversation.reopen': staff,
  'deliveries.read': leads,
  'deliveries.retry': leads,
  'channels.read': everybody,
  'channels.connect': owners,
  'platform_apps.write': owners,
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions

export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}
