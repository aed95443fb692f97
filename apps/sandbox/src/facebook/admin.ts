import type { FastifyRequest } from 'fastify'
import { queryFields } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'
import { GraphError } from '../graph/errors.ts'
import { readFields } from '../graph/fields.ts'
import { tokenOf, withoutToken } from '../graph/request.ts'
import { businessOf, pagesOf, shortLived } from './pages.ts'
import { isShortLived } from './token.ts'
import type { Facebook } from './writes.ts'

type EdgeUrl = (path: string, query: Record<string, string>) => string

/**
 * What the admin's own token lists: `me/accounts`, `me/businesses`, and a Business's `owned_pages` and `client_pages`; of Pages those ticked in the dialog. With a
 * short-lived token the Pages' tokens are short-lived too. Undefined for any other edge.
 */
export function adminEdge(facebook: Facebook, request: FastifyRequest, id: string, edge: string, edgeUrl: EdgeUrl): JsonObject | undefined {
  const business = businessOf(facebook.secrets)
  const path = `${id}/${edge}`
  const known = [`me/accounts`, 'me/businesses', `${business.id}/owned_pages`, `${business.id}/client_pages`]
  if (!known.includes(path)) return undefined
  if (path !== 'me/accounts' && facebook.login.scopes?.has('business_management') === false)
    throw new GraphError(200, '(#200) Requires business_management permission to manage the object')
  return inPages(request, path, path === 'me/businesses' ? [business] : pagesAt(facebook, request, edge), edgeUrl)
}

/** The Business also lists the brand's own Page, as one may have both ways to it. */
function pagesAt(facebook: Facebook, request: FastifyRequest, edge: string): JsonObject[] {
  const brief = isShortLived(tokenOf(request) ?? '')
  const { pages: ticked } = facebook.login
  const there = pagesOf(facebook.secrets).filter(({ id, business }) => {
    if (edge === 'accounts') return business === undefined
    return edge === 'owned_pages' ? business === 'owned' || id === facebook.secrets.facebook.pageId : business === 'client'
  })
  return there
    .filter(({ id }) => ticked === null || ticked.has(id))
    .map(({ id, name, token, tasks, business }) => {
      const tokens = business === 'client' ? {} : { access_token: brief ? shortLived(token) : token }
      return { id, name, ...tokens, category: 'Bags/Luggage', ...(edge === 'accounts' && { tasks }) }
    })
}

function inPages(request: FastifyRequest, path: string, nodes: JsonObject[], edgeUrl: EdgeUrl): JsonObject {
  const query = queryFields(request)
  const at = Number(Buffer.from(query['after'] ?? '', 'base64url').toString() || 0)
  const end = at + Math.max(1, Number(query['limit'] ?? 25))
  const names = query['fields'] ? ['id', ...readFields(query['fields']).map(({ name }) => name)] : null
  const data = nodes
    .slice(at, end)
    .map((node) => Object.fromEntries(Object.entries(node).filter(([field]) => names === null || names.includes(field))))
  const cursor = (place: number) => Buffer.from(String(place)).toString('base64url')
  const paging = { cursors: { before: cursor(at), after: cursor(end) } }
  if (end >= nodes.length) return { data, paging }
  return { data, paging: { ...paging, next: edgeUrl(path, { ...withoutToken(query), after: cursor(end) }) } }
}
