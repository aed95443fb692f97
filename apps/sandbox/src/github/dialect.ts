import type { Dialect } from '../dialect.ts'
import { addressByHandle } from '../world/address.ts'
import type { Item } from '../world/item.ts'
import { RestError, badCredentials, secondaryLimit } from './errors.ts'
import { githubIds, numberOf, threadOf } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openGithub, routeGithub } from './routes.ts'
import { githubWebhooks } from './webhooks.ts'

/** The brand's account, a token of it, and the repository whose discussions it keeps. */
export type GithubSecrets = { userId: string; login: string; token: string; repository: string }

/** GitHub: the discussions of one repository by GraphQL, mentions elsewhere by the notifications of REST, and the repository's webhook. */
export const github: Dialect<'github', GithubSecrets> = {
  id: 'github',
  name: 'GitHub',
  look: { colour: '#0969da', darkColour: '#79b8ff', post: ['discussion', 'discussions'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ digits, letters }) => ({
    userId: digits(7),
    login: 'fieldnote',
    token: `ghp_${letters(36)}`,
    repository: 'fieldnote/patterns',
  }),
  brand: ({ userId, login }) => ({ id: userId, handle: login }),
  settings: ({ token, repository }) => ({ token, repository }),
  calls: {
    write: { method: 'POST', path: '/graphql', body: 'addDiscussionComment' },
    read: { method: 'POST', path: '/graphql', body: '^(?!.*mutation)' },
  },
  ids: githubIds,
  place: (world, parent) => threadOf(world, parent),
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, wait) => secondaryLimit(wait),
    expiredToken: badCredentials,
    revokedToken: badCredentials,
    serverError: () => new RestError(500, 'Server Error'),
    unavailable: () => ({
      status: 503,
      headers: { 'content-type': 'text/html' },
      body: '<!DOCTYPE html><title>Unicorn!</title><p>No server is currently available to service your request.',
    }),
    badRequest: () => new RestError(400, 'Problems parsing JSON'),
    unknownPath: () => new RestError(404, 'Not Found'),
  },
  permalinks: {
    '/:owner/:name/discussions/:number': ({ world }, { params }) => {
      for (const item of world.items.github.values()) if (isAt(item, params['number'])) return item
      return undefined
    },
    '/elsewhere/bags/issues/:number': ({ world }, { params }) => {
      for (const item of world.items.github.values())
        if (item.parentId === null && String(numberOf(item, 'databaseId')) === params['number']) return item
      return undefined
    },
  },
  webhooks: githubWebhooks,
  quirks: { flatDiscussionComments: 'switch' },
  open: (context) => {
    const service = openGithub(context)
    return { routes: (scope) => routeGithub(scope, service) }
  },
}

function isAt(item: Item, number = ''): boolean {
  return item.parentId === null && String(numberOf(item, 'number')) === number
}
