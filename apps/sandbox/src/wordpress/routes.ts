import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { baseUrlOf } from '../http/base.ts'
import { queryFields } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import type { JsonObject } from '../world/item.ts'
import { WordPressError, answerError, refused } from './errors.ts'
import { listComments, listPosts, oneComment, onePost } from './reads.ts'
import { home, userView } from './views.ts'
import { createComment, deleteComment, editComment } from './writes.ts'

/** The pretend site with who is calling: nobody, or the brand by its application password. */
export type Caller = { signedIn: boolean; mayModerate: boolean; base: string }

export type Answer = { status?: number; headers?: Record<string, string>; body: unknown }

/** Registers the REST API below `/wp-json`. */
export function routeWordPress(app: FastifyInstance, context: Context): void {
  const v2 = '/wp-json/wp/v2'
  const on =
    (run: (context: Context, request: FastifyRequest, caller: Caller) => Answer) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const { status = 200, headers = {}, body } = run(context, request, callerOf(context, request))
      return reply.code(status).headers(headers).send(body)
    }
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    for (const path of ['/wp-json', '/wp-json/']) scope.get(path, on(index))
    scope.get(`${v2}/users/me`, on(me))
    scope.get(`${v2}/posts`, on(listPosts))
    scope.get(`${v2}/posts/:id`, on(onePost))
    scope.get(`${v2}/comments`, on(listComments))
    scope.get(`${v2}/comments/:id`, on(oneComment))
    scope.post(`${v2}/comments`, on(createComment))
    for (const method of ['POST', 'PUT', 'PATCH'] as const) scope.route({ method, url: `${v2}/comments/:id`, handler: on(editComment) })
    scope.delete(`${v2}/comments/:id`, on(deleteComment))
  })
}

/**
 * Basic, with the login and an application password whose spaces do not count. No header is a guest; a wrong one is refused whatever was asked for, or, on a site
 * where nothing asks who is there early enough, a guest as well (`wrongPasswordIsNobody`).
 */
function callerOf(context: Context, request: FastifyRequest): Caller {
  try {
    return signedIn(context, request)
  } catch (error) {
    if (!(error instanceof WordPressError) || context.faults.quirks['wrongPasswordIsNobody'] !== true) throw error
    return { signedIn: false, mayModerate: false, base: baseUrlOf(request, 'wordpress') }
  }
}

function signedIn(context: Context, request: FastifyRequest): Caller {
  const base = baseUrlOf(request, 'wordpress')
  const { quirks } = context.faults
  const { authorization } = request.headers
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined || quirks['stripsAuthorization'] === true) return { signedIn: false, mayModerate: false, base }
  const [login = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const { username, applicationPassword } = context.secrets.wordpress
  if (login.toLowerCase() !== username)
    throw login.includes('@')
      ? new WordPressError(401, 'invalid_email', 'Unknown email address. Check again or try your username.')
      : new WordPressError(401, 'invalid_username', `The username ${login.slice(0, 60)} is not registered on this site.`)
  const bare = (password: string): string => password.replaceAll(/[^a-z\d]/gi, '')
  if (context.faults.tokens.wordpress !== 'valid' || !sameText(bare(rest.join(':')), bare(applicationPassword))) throw wrongPassword()
  return { signedIn: true, mayModerate: quirks['cannotModerate'] !== true, base }
}

/** The password is not one, or not any more: the API does not say which. */
export function wrongPassword(): WordPressError {
  return new WordPressError(401, 'incorrect_password', 'The provided password is an invalid application password.')
}

function index(_context: Context, _request: FastifyRequest, { base }: Caller): Answer {
  return {
    body: {
      name: 'Fieldnote',
      description: 'Notes from the workshop',
      url: `https://${home}`,
      home: `https://${home}`,
      gmt_offset: '1',
      timezone_string: '',
      namespaces: ['oembed/1.0', 'wp/v2'],
      authentication: { 'application-passwords': { endpoints: { authorization: `${base}/wp-admin/authorize-application.php` } } },
      routes: {},
    } satisfies JsonObject,
  }
}

function me(context: Context, request: FastifyRequest, { signedIn, mayModerate }: Caller): Answer {
  if (!signedIn) throw refused(false, 'rest_not_logged_in', 'You are not currently logged in.')
  const edit = queryFields(request)['context'] === 'edit'
  return { body: userView(context, context.world.brand('wordpress'), { edit, mayModerate }) }
}
