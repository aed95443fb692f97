import type { Dialect } from '../dialect.ts'
import type { World } from '../world/world.ts'
import { LemmyError } from './errors.ts'
import { brandPosts, earlier } from './posts.ts'
import { openLemmy, routeLemmy } from './routes.ts'
import { instance, placeId } from './views.ts'

/** The brand's login on the instance, and what the logins are signed with. */
export type LemmySecrets = { personId: string; username: string; password: string; jwtSecret: string }

/** Lemmy: one instance of version 0.19, by its REST API version 3. Polled only. */
export const lemmy: Dialect<'lemmy', LemmySecrets> = {
  id: 'lemmy',
  name: 'Lemmy',
  look: { colour: '#00703c', darkColour: '#4cd38a', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ digits, hex, letters }) => ({ personId: digits(5), username: 'fieldnote', password: letters(20), jwtSecret: hex(64) }),
  brand: ({ personId, username }) => ({ id: personId, handle: username }),
  settings: ({ username, password }, url) => ({ url, username, password }),
  calls: {
    write: { method: 'POST', path: '/comment$' },
    read: { method: 'GET', path: '/(user|comment|post)' },
    upload: { method: 'POST', path: '/pictrs/image$' },
  },
  rootPaths: /^\/(api\/v3|pictrs)\//,
  ids: () => {
    // One count serves posts, comments and people.
    const next = (world: World) => String(100_000 + world.nextSerial())
    return {
      mint: (world, draft) => {
        const brand = world.brand('lemmy')
        const names = draft.text.toLowerCase().includes(`@${brand.handle}@${instance}`)
        // Version 3 tells of mentions in comments alone: who mentions the brand elsewhere does so below somebody's post.
        const elsewhere = !draft.parentId && names && draft.authorId !== brand.id
        const id = placeId(draft.parentId || elsewhere ? 'comment' : 'post', next(world))
        return { id, mentionsBrand: names, ...(elsewhere && { extra: { post: next(world) } }) }
      },
      mintAccount: next,
    }
  },
  handle: (word) => word.replaceAll('-', '_'),
  address: (world, draft, author, mention) => {
    const name = `@${world.brand('lemmy').handle}@${instance}`
    const lacks = mention === true && !author.isBrand && !draft.text.toLowerCase().includes(name)
    return { text: lacks ? `${name} ${draft.text}` : draft.text }
  },
  brandPosts,
  earlier,
  failures: {
    // No header tells how long: the caller has to be patient.
    rateLimited: () => ({ status: 429, body: { error: 'rate_limit_error' } }),
    expiredToken: () => new LemmyError(401, 'not_logged_in'),
    revokedToken: () => new LemmyError(401, 'not_logged_in'),
    serverError: () => ({ status: 500, body: { error: 'unknown' } }),
    unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>503 Service Unavailable</h1>' }),
    badRequest: () => new LemmyError(400, 'couldnt_create_comment'),
    unknownPath: () => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' }),
  },
  permalinks: {
    '/post/:id': ({ world }, { params }) => world.items.lemmy.get(placeId('post', params['id'] ?? '')),
    '/comment/:id': ({ world }, { params }) => world.items.lemmy.get(placeId('comment', params['id'] ?? '')),
    '/u/:name': () => 'brand',
  },
  open: (context) => {
    const service = openLemmy(context)
    const { inbox } = service
    return { routes: (scope) => routeLemmy(scope, service), state: { inbox } }
  },
}
