import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Keepable } from '../dialect.ts'
import { GoogleError, invalidArgument } from '../google/errors.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { JsonObject } from '../world/item.ts'
import { accountIn } from './accounts.ts'
import type { Business } from './routes.ts'

const types = ['GOOGLE_UPDATE', 'NEW_REVIEW', 'UPDATED_REVIEW', 'NEW_CUSTOMER_MEDIA', 'DUPLICATE_LOCATION', 'VOICE_OF_MERCHANT_UPDATED']

/** The one setting of the account: which topic is told of what. */
export class NotificationSetting implements Keepable {
  topic = ''
  readonly #sender: Sender

  constructor(sender: Sender) {
    this.#sender = sender
  }

  get types(): string[] {
    return this.#sender.topics
  }

  set(topic: string, notificationTypes: string[]): void {
    this.topic = topic
    this.#sender.topics = topic === '' ? [] : notificationTypes
  }

  /** It is how the account is set up: a reset leaves it as it is. */
  clear(): void {}

  all(): unknown {
    return { topic: this.topic, types: this.types }
  }

  restore(saved: unknown): void {
    const { topic, types: kept } = saved as { topic: string; types: string[] }
    this.set(topic, kept)
  }
}

/** Registers `notificationSetting` (Notifications API v1): reading it, and changing what the mask names. */
export function routeNotifications(api: FastifyInstance, business: Business): void {
  const path = '/accounts/:account/notificationSetting'
  api.get(path, async (request) => view(business, request))
  api.patch(path, async (request) => change(business, request))
}

function view(business: Business, request: FastifyRequest): JsonObject {
  accountIn(business, request)
  const { topic, types: notificationTypes } = business.notifications
  const name = nameOf(request)
  return { name, ...(topic === '' ? {} : { pubsubTopic: topic }), ...(notificationTypes.length > 0 ? { notificationTypes } : {}) }
}

function change(business: Business, request: FastifyRequest): JsonObject {
  accountIn(business, request)
  const mask = (queryFields(request)['updateMask'] ?? '').split(',').filter(Boolean)
  const strange = mask.find((each) => !['pubsubTopic', 'notificationTypes'].includes(each))
  if (mask.length === 0 || strange !== undefined) throw invalidArgument('update_mask', `Invalid update mask: ${strange ?? 'it is empty'}`)
  const form = bodyFields(request)
  if (textOf(form['name']) !== nameOf(request)) throw invalidArgument('notification_setting.name', 'The name does not match the path.')
  const { notifications, secrets } = business
  const topic = mask.includes('pubsubTopic') ? (textOf(form['pubsubTopic']) ?? '') : notifications.topic
  if (topic !== '' && !/^projects\/[^/]+\/topics\/[^/]+$/.test(topic)) throw refused('INVALID_PUBSUB_TOPIC', 'The topic name is invalid.')
  // Only the topics of the brand's own project let Google publish to them.
  if (topic !== '' && !topic.startsWith(`projects/${secrets['google-business'].project}/`))
    throw refused('PUBLISH_PERMISSIONS_MISSING_FOR_PUBSUB_TOPIC', 'Publish permissions are missing for the topic.')
  const given = form['notificationTypes'] ?? []
  if (!Array.isArray(given) || given.some((each) => !types.includes(String(each))))
    throw invalidArgument('notification_setting.notification_types', 'Unknown notification type.')
  notifications.set(topic, mask.includes('notificationTypes') ? given.map(String) : notifications.types)
  return view(business, request)
}

function nameOf(request: FastifyRequest): string {
  return `accounts/${(request.params as { account: string }).account}/notificationSetting`
}

function refused(reason: string, message: string): GoogleError {
  return new GoogleError(400, 'INVALID_ARGUMENT', `${message} (${reason})`)
}
