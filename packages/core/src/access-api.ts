import { z } from 'zod'
import { roles, scopes } from './permissions.ts'
import { hours, targetClock, targetSeconds, timeZone } from './settings-api.ts'

/** The shapes of moving in: first run, sign-in, people, settings. Same rules as `core/api`. */
const instant = z.iso.datetime()
const id = z.uuid()
const token = z.string().min(1).max(200)
const role = z.enum(roles)
const name = z.string().trim().min(1).max(120)
/** Any characters, also spaces; paste is welcome. */
const password = z.string().min(10).max(200)
const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
/** Why a link does not open: `unknown` also when it belongs to another person or place. `reason` is a whole sentence for the screen. */
const badLink = z.object({ good: z.literal(false), why: z.enum(['expired', 'used', 'revoked', 'unknown']), reason: z.string() })
export const linkQuery = z.object({ token })

/** `GET /setup?token=`: 200 either way. */
export const setupState = z.discriminatedUnion('good', [z.object({ good: z.literal(true), expiresAt: instant }), badLink])
export type SetupState = z.infer<typeof setupState>
/** `GET /door` (public): what anybody may know before signing in: is a first owner still to be made, is this the demo, and can a reset link be sent by e-mail. */
export const doorState = z.object({ setupNeeded: z.boolean(), demo: z.boolean(), mail: z.boolean() })
export type DoorState = z.infer<typeof doorState>
/** `POST /setup` -> 201 `signedIn`, and the session cookie is set. 422 `link_not_good` with `why`. */
export const setupBody = z.object({
  ...{ token, name, email, password, brand: name, timeZone },
  targetSeconds: targetSeconds.optional(),
  /** Without them: calendar time, open day and night. */
  targetClock: targetClock.optional(),
  hours: hours.optional(),
})
export type SetupBody = z.input<typeof setupBody>
export const signedIn = z.object({ userId: id, workspaceId: id })
export type SignedIn = z.infer<typeof signedIn>

/**
 * `POST /session` signs in: 200 and the session cookie; 401 `wrong_credentials` (the same for an unknown address and a wrong password), 429 `rate_limited`
 * with `retryAfterSeconds`. `DELETE /session` signs out.
 */
export const signInBody = z.object({ email, password: z.string().min(1).max(200) })
/** `POST /password-reset` -> 202 always, known address or not. `mailed`: false when this installation has no e-mail: an owner makes a link instead. */
export const resetRequestBody = z.object({ email })
export const resetRequested = z.object({ mailed: z.boolean() })
/** `GET /password-reset/link?token=` */
export const resetState = z.discriminatedUnion('good', [z.object({ good: z.literal(true), email: z.string() }), badLink])
/** `PUT /password-reset/link` -> 204: the new password; every session of the person ends. */
export const resetBody = z.object({ token, password })
/** `PUT /profile/password` -> 204: other sessions of the person end. `currentPassword` is asked of who has one. 422 `wrong_password`. */
export const passwordBody = z.object({ currentPassword: z.string().max(200), password })

/** `GET /sessions` -> { items }; `DELETE /sessions/:id` -> 204. */
export const sessionView = z.object({
  id,
  /** This browser. */
  current: z.boolean(),
  /** As in "Firefox on Windows"; "An unknown device" when it says nothing. */
  device: z.string(),
  ip: z.string().nullable(),
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
})
export type SessionView = z.infer<typeof sessionView>

/** `POST /invitations` -> 201 `invitationMade`; `url` is shown this once. Owners invite anybody, leads invite managers and clients. */
export const invitationBody = z.object({ email, role })
export const invitationMade = z.object({ id, url: z.string(), expiresAt: instant, mailed: z.boolean() })
export type InvitationMade = z.infer<typeof invitationMade>
/** `GET /invitations` -> { items }, newest first; `DELETE /invitations/:id` -> 204 revokes one that is pending. */
export const invitationView = z.object({
  id,
  email: z.string(),
  role,
  state: z.enum(['pending', 'accepted', 'expired', 'revoked']),
  invitedById: id.nullable(),
  createdAt: instant,
  expiresAt: instant,
})
export type InvitationView = z.infer<typeof invitationView>
/** `GET /invitations/accept?token=` (public): 200 either way. */
export const invitationState = z.discriminatedUnion('good', [
  z.object({
    good: z.literal(true),
    brand: z.string(),
    inviter: z.string().nullable(),
    email: z.string(),
    role,
    expiresAt: instant,
    /** An account with this address exists: sign in (or give its password) rather than choosing a name and a password. */
    hasAccount: z.boolean(),
    /** The address of the person who is signed in here, if any; only the same address can join with it. */
    signedInAs: z.string().nullable(),
  }),
  badLink,
])
export type InvitationState = z.infer<typeof invitationState>
/**
 * `POST /invitations/accept` (public) -> 201 `signedIn` and the cookie. A new person gives name and password; a known one gives the password of the account;
 * whoever is signed in with that address gives the token alone. 422 `link_not_good` with `why`, 401 `wrong_credentials`, 409 `other_account`.
 */
export const acceptBody = z.object({ token, name: name.optional(), password: password.optional() })
export type AcceptBody = z.input<typeof acceptBody>

/** `GET /staff` -> { items }. `PATCH /staff/:id` { role } -> 204; `DELETE /staff/:id` -> 204. 409 `last_owner`. */
export const staffView = z.object({
  id,
  name: z.string(),
  /** Only for those who may manage staff; else null. */
  email: z.string().nullable(),
  role,
  joinedAt: instant,
  lastSeenAt: instant.nullable(),
})
export type StaffView = z.infer<typeof staffView>
export const staffBody = z.object({ role })
/** `POST /staff/:id/password-reset` (owner) -> 201: a link to copy, good for a day, once. */
export const resetLink = z.object({ url: z.string(), expiresAt: instant })

/** `GET /workspaces` -> { items }: mine. Another one is chosen per request with `X-Workspace: <id>`, on the socket with `auth: { workspace }`. */
export const workspaceView = z.object({ id, name: z.string(), role, current: z.boolean() })
export type WorkspaceView = z.infer<typeof workspaceView>
/** `GET|PATCH /workspace` */
export const workspaceSettings = z.object({ id, name: z.string(), timeZone: z.string(), targetSeconds: z.number().int(), targetClock })
export type WorkspaceSettings = z.infer<typeof workspaceSettings>
export const workspaceBody = z.object({ name, timeZone, targetSeconds, targetClock }).partial()
/** `GET|PATCH /profile` */
/** `hasPassword`: false for somebody who has only ever come in by a link. */
export const profile = z.object({ id, name: z.string(), email: z.string(), hasPassword: z.boolean() })
export type Profile = z.infer<typeof profile>
export const profileBody = z.object({ name })

/** `GET /api-keys` -> { items }; `POST /api-keys` -> 201 `apiKeyMade`; `DELETE /api-keys/:id` -> 204. */
export const apiKeyView = z.object({
  id,
  name: z.string(),
  role,
  /** Null: all that the role may. */
  scopes: z.array(z.enum(scopes)).nullable(),
  createdById: id.nullable(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
})
export type ApiKeyView = z.infer<typeof apiKeyView>
/** `role`: at most one's own. `scopes`: left out, all that the role may. A key may do what both its role and its scopes allow; else 403 `scope_missing`. */
export const apiKeyBody = z.object({ name, role, scopes: z.array(z.enum(scopes)).min(1).optional(), expiresAt: instant.optional() })
/** `key` is shown this once. */
export const apiKeyMade = z.object({ id, key: z.string(), expiresAt: instant.nullable() })
export type ApiKeyMade = z.infer<typeof apiKeyMade>
