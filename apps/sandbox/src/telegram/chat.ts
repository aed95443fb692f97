import type { Context } from '../context.ts'
import { textOf } from '../http/body.ts'
import { TelegramError, badRequest } from './errors.ts'
import { channelName, groupName } from './messages.ts'

/** The parameters of a call, from wherever they came. */
export type Params = Record<string, unknown>

/** Which chat is meant, by number or by `@name`. */
export function chatOf(telegram: Context, params: Params): 'channel' | 'group' {
  const given = textOf(params['chat_id']) ?? ''
  const { channelId, groupId } = telegram.secrets.telegram
  if (telegram.faults.quirks['botWasKicked'] === true) throw new TelegramError(403, 'Forbidden: bot was kicked from the supergroup chat')
  if (given === groupId || given.toLowerCase() === `@${groupName}`) return 'group'
  if (given === channelId || given.toLowerCase() === `@${channelName}`) return 'channel'
  throw badRequest('chat not found')
}
