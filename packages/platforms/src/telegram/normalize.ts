import type { Fact } from '@answerback/core/facts'
import { idOf, instantOf, listOf, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { isOurActor, messageId, readMessage, readPost } from './message.ts'

/** Updates as facts. Kinds: `updates` (an answer of getUpdates), `webhook` (one update). Nothing tells of deletions. */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const body = recordOf(parseJson(delivery.body))
  if (delivery.kind === 'webhook') return readUpdates([body], delivery, self)
  if (delivery.kind !== 'updates') return refuse(`unknown kind "${delivery.kind}"`)
  return Array.isArray(body.result) ? readUpdates(body.result, delivery, self) : refuse('no list of updates')
}

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

/** What says nothing that anybody has to answer. */
const useless = [
  'message_reaction_count',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'poll',
  'poll_answer',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
]

function readUpdates(updates: readonly unknown[], { receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  updates.forEach((each, index) => {
    const update = recordOf(each)
    if (idOf(update.update_id) === null) return void result.unknown.push({ index, reason: 'an update without an id' })
    const read = readUpdate(update, self, receivedAt)
    if (typeof read === 'string') {
      if (read === 'ignored') result.ignored += 1
      else result.unknown.push({ index, reason: read })
    } else result.facts.push(...read)
  })
  return result
}

/** Facts, 'ignored', or what is wrong with it. */
function readUpdate(update: JsonRecord, self: Self, receivedAt: string): Fact[] | string {
  const message = update.message ?? update.edited_message
  if (message !== undefined) return readMessage(recordOf(message), self, receivedAt) ?? 'a message without its ids'
  const post = update.channel_post ?? update.edited_channel_post
  if (post !== undefined) return readChannelPost(recordOf(post), self)
  if (update.message_reaction !== undefined) return readReaction(recordOf(update.message_reaction), self)
  return useless.some((each) => update[each] !== undefined) ? 'ignored' : 'an unknown kind of update'
}

function readChannelPost(post: JsonRecord, self: Self): Fact[] | string {
  const fact = readPost(post, self)
  if (fact === null) return 'a post without its ids'
  return fact.fact === 'post' && fact.ours ? [fact] : 'ignored'
}

/** Of ours it is a like; others' reactions nobody answers. */
function readReaction(reaction: JsonRecord, self: Self): Fact[] | string {
  const externalId = messageId(reaction)
  if (externalId === null) return 'a reaction without its ids'
  if (!isOurActor(reaction, self)) return 'ignored'
  const liked = listOf(reaction.new_reaction).length > 0
  return [{ fact: 'like', externalId, liked, platformAt: instantOf(reaction.date) }]
}
