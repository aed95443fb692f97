import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import type { ApiIo } from './api.ts'
import { idsOf } from './poll.ts'
import { isSnowflake } from './snowflake.ts'

/** Forum and media channels hold threads alone (Discord, "Channel Types"). */
const forumTypes = new Set([15, 16])
const maxChannels = 25

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'botToken',
      label: 'Bot token',
      secret: true,
      placeholder: '',
      help: 'From the developer portal: your application, Bot, Reset token.',
    },
    {
      name: 'channels',
      label: 'Channels to watch',
      secret: false,
      placeholder: '1299999999999999999 1300000000000000000',
      help: 'Ids of channels and forums of one server; threads below them are read too. Switch on developer mode, then right-click a channel, Copy channel ID.',
    },
    {
      name: 'staffIds',
      label: 'Staff who answer there',
      secret: false,
      placeholder: '',
      help: 'User ids of people of yours. What they say counts as an answer of the brand.',
      optional: true,
    },
  ],
  steps: [
    'In the Discord developer portal make an application; under Bot, reset the token and copy it, and switch on the Message Content intent.',
    'Under OAuth2, make an invitation with the scope bot and the permissions below, open it, and add the bot to your server.',
    'Copy the ids of the channels and forums in which people talk to you. They have to be of one server.',
  ],
  permissions: [
    { name: 'VIEW_CHANNEL', why: 'See the channels that are watched.' },
    { name: 'READ_MESSAGE_HISTORY', why: 'Read what people wrote, and look whether a reply landed.' },
    { name: 'SEND_MESSAGES', why: 'Answer in channels.' },
    { name: 'SEND_MESSAGES_IN_THREADS', why: 'Answer in threads and forums.' },
    { name: 'ATTACH_FILES', why: 'Send files along with an answer.' },
    { name: 'ADD_REACTIONS', why: 'Like a message with a thumbs-up.' },
    { name: 'MANAGE_MESSAGES', why: 'Remove what others wrote. Leave it away if you never want that.' },
  ],
  open,
}

/** Asks who the bot is and for each channel, so that a wrong id is named at once. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const botToken = (given.botToken ?? '').trim().replace(/^Bot\s+/i, '')
  const wanted = [...idsOf(given.channels), ...idsOf(given.forums)]
  const staffIds = idsOf(given.staffIds)
  const strange = [...wanted, ...staffIds].find((id): boolean => !isSnowflake(id))
  if (strange !== undefined) throw new PlatformError('rejected', `"${strange.slice(0, 50)}" is no id: Discord's are numbers`)
  if (wanted.length === 0) throw new PlatformError('rejected', 'Name at least one channel to watch')
  if (wanted.length > maxChannels) throw new PlatformError('rejected', `Name ${maxChannels} channels at most`)
  const api: ApiIo = { ...io, settings: { ...(given.apiUrl && { apiUrl: given.apiUrl }) }, credentials: { botToken } }
  const me = recordOf((await callApi(api, { path: '/users/@me' })).json)
  const id = idOf(me.id)
  if (id === null) throw new PlatformError('unavailable', 'Discord did not say who the token belongs to')
  const guilds = new Set<string>()
  const channels: string[] = []
  const forums: string[] = []
  for (const each of new Set(wanted)) {
    const channel = recordOf((await callApi(api, { path: `/channels/${each}` })).json)
    const guild = idOf(channel.guild_id)
    if (guild === null) throw new PlatformError('rejected', `${each} is no channel of a server`)
    guilds.add(guild)
    ;(forumTypes.has(Number(channel.type)) ? forums : channels).push(each)
  }
  if (guilds.size > 1) throw new PlatformError('rejected', 'These channels are of several servers: connect each server by itself')
  const handle = nameOf(me.username) ?? id
  const picture = nameOf(me.avatar)
  return {
    account: {
      externalId: id,
      handle,
      name: nameOf(me.global_name) ?? handle,
      avatarUrl: picture === null ? null : linkOf(`https://cdn.discordapp.com/avatars/${id}/${encodeURIComponent(picture)}.webp?size=64`),
      url: null,
    },
    settings: {
      guildId: [...guilds][0]!,
      channels: channels.join(' '),
      forums: forums.join(' '),
      ...(staffIds.length > 0 && { staffIds: staffIds.join(' ') }),
      ...(given.apiUrl && { apiUrl: given.apiUrl }),
    },
    credentials: { botToken },
    tokenExpiresAt: null,
  }
}
