import type { FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'
import { denied, invalid, notFound } from './errors.ts'
import { memberOf } from './notifications.ts'
import { fieldOf, keysBelow, readQuery, readValue } from './restli.ts'
import type { LinkedIn } from './routes.ts'

const eventType = 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS'
const livesMs = 365 * 86_400_000

/** One subscription of the app, for the member and the page. */
export type Subscription = { webhook: string; expiresAt: number }

/** `/eventSubscriptions/(developerApplication:...,user:...,entity:...,eventType:...)`: an address is tried before it is kept. */
export async function eventSubscription(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { subscriptions, webhooks, secrets, world } = linkedin
  const key = readValue(keysBelow(request, 'eventSubscriptions').join('/'))
  const expected: Record<string, string> = {
    developerApplication: `urn:li:developerApplication:${secrets.linkedin.applicationId}`,
    user: memberOf(secrets.linkedin),
    entity: world.brand('linkedin').id,
    eventType,
  }
  for (const [name, value] of Object.entries(expected))
    if (fieldOf(key, name) !== value) throw denied(`Viewer may not subscribe for this ${name}`)
  if (request.method === 'PUT') {
    const url = textOf(bodyFields(request)['webhook']) ?? ''
    // The real one takes https alone; here everything lives on this machine.
    if (!/^https?:/.test(url) || !URL.canParse(url)) throw invalid("Field 'webhook' is no address")
    const target = { url, secret: secrets.linkedin.clientSecret, verifyToken: '' }
    if (!(await webhooks.shakeHands(target))) throw invalid('The webhook did not answer the challenge as it should')
    webhooks.target = target
    subscriptions.set(eventType, { webhook: url, expiresAt: world.clock('linkedin') + livesMs })
    return reply.code(204).send()
  }
  const known = subscriptions.get(eventType)
  if (!known) throw notFound('subscription')
  if (request.method === 'GET') return reply.send({ ...expected, ...known })
  subscriptions.delete(eventType)
  webhooks.target = null
  return reply.code(204).send()
}

/** `GET /eventSubscriptions?q=subscriberAndEventType&eventType=`. */
export function listSubscriptions({ subscriptions, secrets, world }: LinkedIn, request: FastifyRequest): JsonObject {
  const query = readQuery(request)
  if (query['q'] !== 'subscriberAndEventType') throw invalid("Parameter 'q' must be subscriberAndEventType")
  const found = query['eventType'] === eventType ? [...subscriptions.values()] : []
  const elements = found.map((each) => ({
    developerApplication: `urn:li:developerApplication:${secrets.linkedin.applicationId}`,
    user: memberOf(secrets.linkedin),
    entity: world.brand('linkedin').id,
    eventType,
    ...each,
  }))
  return { paging: { start: 0, count: 10, links: [] }, elements }
}
