import { nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, Self } from '../platform.ts'

const ofReviews = ['NEW_REVIEW', 'UPDATED_REVIEW']
const ofOthers = ['GOOGLE_UPDATE', 'NEW_CUSTOMER_MEDIA', 'DUPLICATE_LOCATION', 'VOICE_OF_MERCHANT_UPDATED']
const maxIdLength = 200

/**
 * A push message: it names a review, whose words have to be asked for. Google does not publish what stands in `data`; wherever the whole name of a review is found, in the data or
 * beside it, is believed. The topic is told of every location of the account: another one's is nothing to this channel.
 */
export function readNotification(body: JsonRecord, self: Self): Normalized {
  const message = recordOf(body.message)
  const data = Buffer.from(textOf(message.data), 'base64').toString('utf8')
  const said = recordOf(parsed(data))
  const attributes = recordOf(message.attributes)
  const type = nameOf(said.notificationType) ?? nameOf(said.notification_type) ?? nameOf(said.type) ?? nameOf(attributes.notificationType)
  const named = [...`${data} ${JSON.stringify(attributes)}`.matchAll(/accounts\/[\w-]+\/locations\/([\w-]+)\/reviews\/([\w-]+)/g)]
  const known = type === null || ofReviews.includes(type) || ofOthers.includes(type)
  if (named.length === 0) {
    const isOther = type === null ? data === '' : ofOthers.includes(type)
    if (isOther) return { facts: [], unknown: [], ignored: 1 }
    return {
      facts: [],
      unknown: [{ index: 0, reason: known ? 'a notification that names no review' : `unknown notification "${type}"` }],
      ignored: 0,
    }
  }
  const here = named.filter(([, location, id = '']) => location === self.accountId && id.length <= maxIdLength)
  const ids = [...new Set(here.map(([, , id = '']) => id))]
  return {
    facts: [],
    unknown: [],
    ignored: ids.length === 0 ? 1 : 0,
    ...(ids.length > 0 && { wanted: ids.map((id) => ({ kind: 'review', id })) }),
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
