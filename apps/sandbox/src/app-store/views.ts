import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { responseOf } from './ids.ts'

/** What a caller wants of reviews and responses: names of fields by type (null: all), and whether responses come along. `base`: the address by which the API was called. */
export type View = {
  base: string
  fields: { customerReviews: Set<string> | null; customerReviewResponses: Set<string> | null }
  include: boolean
}

const territories: Record<string, string> = {
  ar: 'JOR',
  de: 'DEU',
  en: 'GBR',
  es: 'ESP',
  fr: 'FRA',
  hi: 'IND',
  it: 'ITA',
  ja: 'JPN',
  ko: 'KOR',
  nl: 'NLD',
  pl: 'POL',
  pt: 'PRT',
  uk: 'UKR',
  zh: 'TWN',
}

/** Three letters (ISO 3166-1), of the store in which somebody wrote. */
export function territoryOf(item: Item): string {
  return territories[item.lang.slice(0, 2)] ?? 'USA'
}

/** A review as a resource. Which response belongs to it is only said where that was included; nothing says when it was changed, unless it is dated anew. */
export function reviewView(context: Context, item: Item, view: View): JsonObject {
  const { world, faults } = context
  const author = world.author(item)
  const dice = createHash('sha256').update(author.id).digest().readUInt16BE() / 65_536
  const response = responseOf(world, item)
  const self = `${view.base}/v1/customerReviews/${item.id}`
  const attributes = {
    rating: item.rating,
    title: item.title,
    body: item.text,
    ...(dice < faults.quirks.anonymousAuthors ? {} : { reviewerNickname: author.handle }),
    createdDate: time(createdAt(context, item)),
    territory: territoryOf(item),
  }
  const wants = view.fields.customerReviews
  const links = { self: `${self}/relationships/response`, related: `${self}/response` }
  const data = view.include && response ? { data: { type: 'customerReviewResponses', id: response.id } } : {}
  return {
    type: 'customerReviews',
    id: item.id,
    attributes: only(attributes, wants),
    ...(wants === null || wants.has('response') ? { relationships: { response: { ...data, links } } } : {}),
    links: { self },
  }
}

/** The developer's response. It is there before it is published. */
export function responseView(context: Context, response: Item, view: View): JsonObject {
  const attributes = {
    responseBody: response.text,
    lastModifiedDate: time(response.editedAt ?? response.createdAt),
    state: isPublished(context, response) ? 'PUBLISHED' : 'PENDING_PUBLISH',
  }
  const self = `${view.base}/v1/customerReviewResponses/${response.id}`
  const wants = view.fields.customerReviewResponses
  const links = { self: `${self}/relationships/review`, related: `${self}/review` }
  return {
    type: 'customerReviewResponses',
    id: response.id,
    attributes: only(attributes, wants),
    ...(wants === null || wants.has('review') ? { relationships: { review: { links } } } : {}),
    links: { self },
  }
}

/** When a review claims to be written. Whether a change gives it another date is not documented: `datesEditsAnew`. */
export function createdAt({ faults }: Context, item: Item): number {
  return faults.quirks.datesEditsAnew ? (item.editedAt ?? item.createdAt) : item.createdAt
}

/** Nothing is published at once: the words of the API wait until they are due. What staff wrote in App Store Connect stands there. */
export function isPublished({ world, faults }: Context, response: Item): boolean {
  const dueAt = response.extra['publishedFrom']
  if (typeof dueAt !== 'number') return true
  return !faults.quirks.slowResponses && world.clock('app-store') >= dueAt
}

function only(attributes: JsonObject, wants: Set<string> | null): JsonObject {
  return wants === null ? attributes : Object.fromEntries(Object.entries(attributes).filter(([name]) => wants.has(name)))
}

/** Whole seconds, eight hours behind. */
function time(at: number): string {
  return `${new Date(at - 8 * 3_600_000).toISOString().slice(0, 19)}-08:00`
}
