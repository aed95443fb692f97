import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Ability, ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callApi, defaultApiUrl, refusalOf } from './api.ts'
import type { ApiIo } from './api.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    { name: 'botToken', label: 'Bot token', secret: true, placeholder: '', help: 'What @BotFather answers to /newbot or /token.' },
    {
      name: 'chat',
      label: 'Group',
      secret: false,
      placeholder: '@fieldnote_chat',
      help: 'The group that people write in: the one linked to your channel, by its @name, or its number (it begins with -100) if it has none.',
    },
  ],
  steps: [
    'Write /newbot to @BotFather, choose a name, and copy the token. One bot serves one connection: two readers take each other’s messages.',
    'In your channel’s settings open Discussion, and link a group if there is none yet. Comments on posts are messages in it.',
    'Add the bot to that group as an administrator, with the right to delete messages if you want to remove from here. As an administrator it sees every message.',
    'Add the bot to the channel as an administrator as well, so that it sees new posts at once.',
    'What was said before you connect cannot be read: Telegram keeps nothing for bots. Answers that administrators give by hand are recognised for those who are administrators now; connect again when that changes.',
  ],
  permissions: [
    { name: 'administrator of the group', why: 'to see every message, and to answer' },
    { name: 'can_delete_messages', why: 'to remove messages' },
    { name: 'administrator of the channel', why: 'to see its posts as they appear' },
  ],
  open,
  close,
}

/** Asks who the bot is, what the group is and what it is linked to, and who speaks for it. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const apiUrl = baseUrl(given.apiUrl, defaultApiUrl)
  const botToken = (given.botToken ?? '').trim()
  const asked = (given.chat ?? given.group ?? '').trim()
  if (!/^\d+:[\w-]+$/.test(botToken)) throw new PlatformError('rejected', 'That is no bot token: it looks like 123456:AA...')
  if (asked === '') throw new PlatformError('rejected', 'The group is missing')
  const api: ApiIo = { ...io, settings: { apiUrl }, credentials: { botToken } }
  const me = recordOf((await callApi(api, { method: 'getMe' })).result)
  const botId = idOf(me.id)
  if (botId === null) throw new PlatformError('unavailable', 'Telegram did not say who the token belongs to')
  const group = await readChat(
    api,
    /^-?\d+$/.test(asked) || asked.startsWith('@') ? asked : `@${asked.replace(/^(https?:\/\/)?t\.me\//i, '')}`,
  )
  const groupId = idOf(group.id)
  if (groupId === null) throw new PlatformError('unavailable', 'Telegram did not say which group that is')
  if (group.type === 'channel') throw new PlatformError('rejected', 'That is the channel itself. Name the group that is linked to it')
  const linkedId = idOf(group.linked_chat_id)
  // The bot need not be in the channel.
  const linked = linkedId === null ? {} : await readChat(api, linkedId).catch(() => ({}) as JsonRecord)
  const { staff, cannot } = await readStaff(api, groupId, botId, me)
  const face = linkedId === null ? group : { ...group, ...linked }
  const handle = nameOf(face.username) ?? nameOf(group.username) ?? nameOf(face.title) ?? groupId
  const settings = {
    ...(given.apiUrl && { apiUrl }),
    group: groupId,
    bot: botId,
    staff: staff.join(),
    ...(nameOf(me.username) && { botName: nameOf(me.username)! }),
    ...(nameOf(group.username) && { groupName: nameOf(group.username)! }),
    ...(linkedId !== null && { channel: linkedId }),
    ...(nameOf((linked as JsonRecord).username) && { channelName: nameOf((linked as JsonRecord).username)! }),
  }
  return {
    account: {
      externalId: linkedId ?? groupId,
      handle,
      name: nameOf(face.title) ?? handle,
      avatarUrl: null,
      url: nameOf(face.username) === null ? null : `https://t.me/${nameOf(face.username)}`,
    },
    settings,
    credentials: { botToken },
    tokenExpiresAt: null,
    ...(cannot.length > 0 && { cannot }),
  }
}

async function readChat(api: ApiIo, chat: string): Promise<JsonRecord> {
  const chat_id = /^-?\d{1,15}$/.test(chat) ? Number(chat) : chat
  try {
    return recordOf((await callApi(api, { method: 'getChat', params: { chat_id } })).result)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal?.status === 400) throw new PlatformError('rejected', 'The bot does not know that group. Add it there first, then connect')
    throw error
  }
}

/** Who writes for us in the group, and what the bot may not do there. */
async function readStaff(api: ApiIo, groupId: string, botId: string, me: JsonRecord): Promise<{ staff: string[]; cannot: Ability[] }> {
  const { result } = await callApi(api, { method: 'getChatAdministrators', params: { chat_id: Number(groupId) } })
  const members = listOf(result).map(recordOf)
  const ids = members.flatMap((member) => idOf(recordOf(member.user).id) ?? [])
  const own = members.find((member) => idOf(recordOf(member.user).id) === botId)
  if (own === undefined && me.can_read_all_group_messages !== true)
    throw new PlatformError('rejected', 'The bot sees only what is said to it. Make it an administrator of the group, then connect')
  const deletes = own?.status === 'creator' || own?.can_delete_messages === true
  return { staff: ids.filter((id) => id !== botId), cannot: deletes ? [] : ['remove'] }
}

/** Takes our address back, so that another program can read the bot's messages. */
async function close(io: Io): Promise<void> {
  if (io.settings.hook === 'on') await callApi(io, { method: 'deleteWebhook', write: true })
}
