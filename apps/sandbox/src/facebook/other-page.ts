import type { FastifyRequest } from 'fastify'
import type { JsonObject } from '../world/item.ts'
import { objectMissing, unknownField } from '../graph/errors.ts'
import { tokenOf, unknownPath } from '../graph/request.ts'
import type { Field } from '../graph/fields.ts'
import type { FacebookPage } from './pages.ts'
import { pagesOf } from './pages.ts'
import { callerOf, pageOfToken } from './token.ts'
import type { Facebook } from './writes.ts'

const emptyEdges = new Set(['feed', 'posts', 'published_posts', 'visitor_posts', 'tagged', 'ratings', 'ads_posts'])

/** A Page of the admin that is not the brand's, by its id or as `me`; undefined when this is about something else. */
export function otherPageNode(facebook: Facebook, request: FastifyRequest, id: string, fields: Field[] | null): JsonObject | undefined {
  const page = otherPage(facebook, request, id)
  if (!page) return undefined
  const known: JsonObject = {
    id: page.id,
    name: page.name,
    username: page.handle,
    link: `${facebook.publicUrl()}/facebook`,
    category: 'Bags/Luggage',
    tasks: page.tasks,
    picture: { data: { url: `${facebook.publicUrl()}/facebook/picture.svg`, is_silhouette: false } },
  }
  for (const name of emptyEdges) known[name] = { data: [] }
  const asked = fields?.map(({ name }) => name) ?? ['id', 'name']
  const unknown = asked.find((name) => !(name in known))
  if (unknown !== undefined) throw unknownField(unknown, 'Page')
  return Object.fromEntries(['id', ...asked].map((name) => [name, known[name]]))
}

/** An edge of such a Page: nobody writes there, so all but its subscriptions are empty. */
export function otherPageEdge(facebook: Facebook, request: FastifyRequest, id: string, edge: string): JsonObject | undefined {
  const page = otherPage(facebook, request, id)
  if (!page) return undefined
  if (edge === 'subscribed_apps') {
    const subscribed = facebook.otherFields.get(page.id) ?? []
    const app = { id: facebook.secrets.facebook.appId, name: 'Answerback sandbox', subscribed_fields: subscribed }
    return { data: subscribed.length > 0 ? [app] : [] }
  }
  if (!emptyEdges.has(edge)) throw unknownPath(edge)
  return { data: [] }
}

function otherPage(facebook: Facebook, request: FastifyRequest, id: string): FacebookPage | undefined {
  const speaking = callerOf(facebook, request) === 'other_page' ? pageOfToken(facebook, tokenOf(request) ?? '') : undefined
  if (id === 'me') return speaking
  const page = pagesOf(facebook.secrets).find((each) => each.id === id && each.id !== facebook.secrets.facebook.pageId)
  if (!page && speaking) throw objectMissing(id, 'get')
  return page
}
