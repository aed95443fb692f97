import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { magicLink } from 'better-auth/plugins'
import { uuidv7 } from 'uuidv7'
import type { Context } from '../context.ts'
import { account, session, user, verification } from '../db/tables/identity.ts'

/** Identity and sessions, and nothing else: workspaces, members and roles are our own tables. */
export type Auth = ReturnType<typeof openAuth>

/** Opened on first use, when the public address is known: with port 0 that is after listening. */
export function openAuth(ctx: Context, options: { publicUrl: () => string }) {
  const links = new Map<string, string>()
  let opened: ReturnType<typeof open> | null = null
  /** Without a slash at its end. */
  const publicUrl = () => options.publicUrl().replace(/\/+$/, '')
  const auth = () => (opened ??= open(ctx, publicUrl(), links))
  return {
    auth,
    publicUrl,
    /** A link that signs this person in once, within a day. The person must exist. */
    async signInLink(email: string): Promise<string> {
      await auth().api.signInMagicLink({ body: { email, callbackURL: '/inbox' }, headers: new Headers() })
      const url = links.get(email)
      links.delete(email)
      if (!url) throw new Error(`No sign-in link could be made for ${email}`)
      return url
    },
  }
}

function open(ctx: Context, publicUrl: string, links: Map<string, string>) {
  return betterAuth({
    appName: 'Answerback',
    baseURL: publicUrl,
    secret: ctx.secrets.session,
    trustedOrigins: originsOf(publicUrl),
    database: drizzleAdapter(ctx.db.system, { provider: 'pg', schema: { user, session, account, verification } }),
    // People come by set-up or invitation alone; what proves a password is throttled in `sessions`.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    rateLimit: { enabled: false },
    session: { expiresIn: 14 * 86_400, updateAge: 300 },
    advanced: {
      // The prefix that a browser holds to the host (RFC 6265bis 4.1.3.2) wants https.
      cookiePrefix: publicUrl.startsWith('https:') ? '__Host-answerback' : 'answerback',
      useSecureCookies: false,
      defaultCookieAttributes: { secure: publicUrl.startsWith('https:') },
      database: { generateId: () => uuidv7() },
    },
    logger: { level: 'error' },
    telemetry: { enabled: false },
    plugins: [
      magicLink({
        expiresIn: 86_400,
        disableSignUp: true,
        storeToken: 'hashed',
        sendMagicLink: async ({ email, url }) => void links.set(email, url),
      }),
    ],
  })
}

/** The same machine has two names in a browser. */
function originsOf(publicUrl: string): string[] {
  const url = new URL(publicUrl)
  if (!['localhost', '127.0.0.1'].includes(url.hostname)) return [url.origin]
  return ['localhost', '127.0.0.1'].map((host) => `${url.protocol}//${host}:${url.port}`)
}
