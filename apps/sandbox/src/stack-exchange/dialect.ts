import type { Dialect } from '../dialect.ts'
import { StackError, deadToken, throttled } from './errors.ts'
import { atName, placeId, platform, site, stackIds, typeOf } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openStack, routeStack } from './routes.ts'

/** An app of stackapps.com, and the brand's token without an end. */
export type StackSecrets = {
  userId: string
  clientId: string
  clientSecret: string
  key: string
  accessToken: string
  tokenSecret: string
}

/** Stack Exchange: one site of it, by the API 2.3. Polled only. */
export const stackExchange: Dialect<'stack-exchange', StackSecrets> = {
  id: platform,
  name: 'Stack Exchange',
  look: { colour: '#a34500', darkColour: '#ffa366', post: ['question', 'questions'], comment: ['answer', 'answers'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ digits, hex, letters }) => ({
    userId: digits(8),
    clientId: digits(5),
    clientSecret: `${letters(22)}((`,
    key: `${letters(22)}((`,
    accessToken: `${letters(22)}))`,
    tokenSecret: hex(64),
  }),
  brand: ({ userId }) => ({ id: userId, handle: 'fieldnote' }),
  settings: ({ key, accessToken }) => ({ site, key, accessToken }),
  calls: {
    write: { method: 'POST', path: '/comments/add' },
    read: { method: 'GET', path: '/(me|users|posts|questions|answers|comments)' },
  },
  rootPaths: /^\/(?:q|a|posts\/comments)\/\d+$/,
  ids: stackIds,
  removalTakesReplies: false,
  address: (world, draft, author, mention) => {
    const parent = world.items[platform].get(draft.parentId ?? '')
    const above = parent && typeOf(parent) === 'comment' && parent.authorId !== author.id ? [parent] : []
    const names = above.map((item) => atName(world.author(item).name))
    const brand = mention === true && !author.isBrand ? [atName(world.brand(platform).name)] : []
    const missing = [...names, ...brand].filter((name) => !draft.text.toLowerCase().includes(name.toLowerCase()))
    return { text: [...missing, draft.text].join(' ') }
  },
  brandPosts,
  earlier,
  failures: {
    // The wait stands in the sentence.
    rateLimited: (_context, { seconds }) => throttled(Math.ceil(seconds)),
    expiredToken: deadToken,
    revokedToken: deadToken,
    serverError: () => new StackError('internal_error', 'an error occurred'),
    unavailable: () => new StackError('temporarily_unavailable', 'The API is temporarily unavailable'),
    // What was taken twice: the first time counts.
    badRequest: () => new StackError('duplicate_request', 'The same comment was just added to this post.'),
    unknownPath: () => new StackError('no_method', 'this method cannot be called this way'),
  },
  permalinks: {
    '/q/:id': ({ world }, { params }) => world.items[platform].get(placeId('posts', params['id'] ?? '')),
    '/a/:id': ({ world }, { params }) => world.items[platform].get(placeId('posts', params['id'] ?? '')),
    '/posts/comments/:id': ({ world }, { params }) => world.items[platform].get(placeId('comments', params['id'] ?? '')),
    '/users/:id/:name': () => 'brand',
  },
  quirks: { asksForBackoff: 'switch', lowReputation: 'switch' },
  open: (context) => {
    const stack = openStack(context)
    return { routes: (scope) => routeStack(scope, stack), state: { grants: stack.grants } }
  },
}
