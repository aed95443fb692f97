import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { callApi, refusalOf } from './api.ts'

const waitMs = 5_000
const watchMs = 60_000
const limit = 100

/** What we want to be told. Reactions are told only to those who ask for them. */
export const allowedUpdates = ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'message_reaction', 'my_chat_member']

/** `offset`: the first update not yet read. */
type State = { v: 1; offset: string | null }

/**
 * One page of what Telegram holds for the bot, for a day at most. Asking from an offset on makes it forget what was before: so a page is asked for only when the one before is
 * kept, and `more` says to come again at once. While a webhook is set nothing can be asked: then that is looked at.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  if (io.settings.hook === 'on' && (await isHooked(io))) return { pages: [], cursor: state, waitMs: watchMs }
  try {
    const { body, result } = await callApi(io, {
      method: 'getUpdates',
      params: { ...(state.offset !== null && { offset: Number(state.offset) }), limit, timeout: 0, allowed_updates: allowedUpdates },
    })
    if (!Array.isArray(result)) throw new PlatformError('unavailable', 'Telegram gave no list of updates')
    const ids = listOf(result).flatMap((each) => idOf(recordOf(each).update_id) ?? [])
    const numbers = ids.map(Number).filter((id) => Number.isSafeInteger(id) && id >= 0)
    if (numbers.length === 0) return { pages: [], cursor: state, waitMs }
    const offset = String(Math.max(...numbers) + 1)
    return {
      pages: [{ resource: 'updates', kind: 'updates', request: { offset: state.offset ?? '' }, body }],
      cursor: { v: 1, offset } satisfies State,
      waitMs: 1_000,
      ...(offset !== state.offset && { more: true as const }),
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal?.status !== 409) throw error
    if (/webhook/i.test(refusal.description)) return { pages: [], cursor: state, waitMs: watchMs, ...(await strangeHook(io)) }
    throw new PlatformError('unavailable', 'Another program reads this bot’s messages. One bot can serve one of them.', {
      retryAfterMs: 30_000,
      cause: error,
    })
  }
}

function stateOf(cursor: unknown): State {
  const offset = idOf(recordOf(cursor).offset)
  return { v: 1, offset: offset !== null && /^\d{1,15}$/.test(offset) ? offset : null }
}

/** Whether our address still stands there. */
async function isHooked(io: Io): Promise<boolean> {
  const { result } = await callApi(io, { method: 'getWebhookInfo' })
  return nameOf(recordOf(result).url) !== null
}

/** Somebody's webhook takes the updates: ours by its path, else it is worth saying. */
async function strangeHook(io: Io): Promise<Pick<PollResult, 'trouble'>> {
  const { result } = await callApi(io, { method: 'getWebhookInfo' })
  if (/\/webhooks\/telegram\//.test(nameOf(recordOf(result).url) ?? '')) return {}
  const words = 'The bot’s messages go to another program by webhook. Take that webhook away, or use a bot of its own here.'
  return { trouble: new PlatformError('rejected', words) }
}
