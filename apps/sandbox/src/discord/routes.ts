import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { Windows } from '../http/windows.ts'
import { bearerOf, fateOfStatic } from '../oauth/tokens.ts'
import type { JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { activeThreads, archivedThreads, channelBy, channelView, guildChannels, listMessages, messageBy } from './channels.ts'
import { DiscordError, invalidForm, tooLarge, unauthorized, unknown } from './errors.ts'
import { gatewayUrl } from './gateway.ts'
import { count } from './limits.ts'
import { botUser, message, staffUser, userOf } from './views.ts'
import { changeThread, createMessage, deleteMessage, editMessage, react, reactors } from './writes.ts'
import type { Nonces } from './writes.ts'

/** The pretend Discord, with one server and one bot in it. */
export type Discord = Context & { nonces: Nonces; windows: Windows }

/** A pretend Discord with nothing written yet. */
export function openDiscord(context: Context): Discord {
  return { ...context, nonces: new Kept(5_000), windows: new Windows(context, 'discord') }
}

/** Registers the REST API, version 10. */
export function routeDiscord(app: FastifyInstance, discord: Discord): void {
  app.register(
    async (api) => {
      api.setErrorHandler((error, _request, reply) => answerError(error, reply))
      api.addHook('onRequest', async (request, reply) => admit(discord, request, reply))
      routeReads(api, discord)
      routeChannels(api, discord)
    },
    { prefix: '/api/v10' },
  )
}

function routeReads(api: FastifyInstance, discord: Discord): void {
  const { world, secrets } = discord
  const { botId, guildId, staffId, teamRoleId } = secrets.discord
  const inGuild = (request: FastifyRequest): void => {
    if ((request.params as { guild: string }).guild !== guildId) throw unknown(10004, 'Guild')
  }
  const userBy = (id: string): JsonObject => {
    const account = world.accounts.discord.get(id)
    if (!account && id !== staffId) throw unknown(10013, 'User')
    return account ? userOf(discord, account) : staffUser(discord)
  }
  const memberBy = (id: string): JsonObject => ({
    user: userBy(id),
    nick: null,
    avatar: null,
    roles: id === staffId ? [teamRoleId] : [],
    joined_at: '2024-03-01T09:00:00.000000+00:00',
    premium_since: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
    communication_disabled_until: null,
  })
  const guild = { id: guildId, name: 'Fieldnote', icon: null, owner_id: staffId, features: ['COMMUNITY', 'NEWS'], description: null }
  const roles = [
    {
      id: guildId,
      name: '@everyone',
      permissions: '70368744177664',
      position: 0,
      color: 0,
      hoist: false,
      managed: false,
      mentionable: false,
      flags: 0,
    },
    { id: teamRoleId, name: 'Team', permissions: '8', position: 1, color: 0, hoist: true, managed: false, mentionable: true, flags: 0 },
  ]
  const application = {
    id: botId,
    name: 'Fieldnote',
    icon: null,
    description: '',
    bot_public: false,
    bot: botUser(discord),
    flags: 1 << 19,
  }

  api.get('/users/@me', async () => ({ ...botUser(discord), verified: true, mfa_enabled: true, locale: 'en-US', email: null }))
  api.get('/users/@me/guilds', async () => [
    { id: guildId, name: 'Fieldnote', icon: null, owner: false, permissions: '2251799813685247', features: guild.features },
  ])
  api.get('/users/:id', async (request) => userBy((request.params as { id: string }).id))
  api.get('/gateway', async () => ({ url: gatewayUrl(discord) }))
  api.get('/gateway/bot', async () => ({
    url: gatewayUrl(discord),
    shards: 1,
    session_start_limit: {
      total: 1000,
      remaining: discord.faults.quirks['noSessionsLeft'] === true ? 0 : 999,
      reset_after: 14_400_000,
      max_concurrency: 1,
    },
  }))
  api.get('/applications/@me', async () => application)
  api.get('/oauth2/applications/@me', async () => application)
  api.get('/guilds/:guild', async (request) => {
    inGuild(request)
    return { ...guild, roles, emojis: [], stickers: [], premium_tier: 0, preferred_locale: 'en-US' }
  })
  api.get('/guilds/:guild/channels', async (request) => {
    inGuild(request)
    return guildChannels(discord)
  })
  api.get('/guilds/:guild/roles', async (request) => {
    inGuild(request)
    return roles
  })
  api.get('/guilds/:guild/members/:id', async (request) => {
    inGuild(request)
    return memberBy((request.params as { id: string }).id)
  })
  api.get('/guilds/:guild/threads/active', async (request) => {
    inGuild(request)
    return activeThreads(discord)
  })
}

function routeChannels(api: FastifyInstance, discord: Discord): void {
  const { nonces, world } = discord
  const at = (request: FastifyRequest) => {
    const { channel = '', id = '', emoji = '' } = request.params as Record<string, string>
    for (const [name, value] of Object.entries({ channel, ...(id && { id }) }))
      if (!/^\d{1,20}$/.test(value)) throw invalidForm([`${name}_id`], 'NUMBER_TYPE_COERCE', `Value "${value}" is not snowflake.`)
    return { channel: channelBy(discord, channel), id, emoji }
  }
  api.get('/channels/:channel', async (request) => channelView(discord, at(request).channel))
  api.patch('/channels/:channel', async (request) => changeThread(discord, request, at(request).channel))
  api.get('/channels/:channel/threads/archived/public', async (request) => archivedThreads(discord, request, at(request).channel))
  api.get('/channels/:channel/messages', async (request) => listMessages(discord, request, at(request).channel))
  api.post('/channels/:channel/messages', async (request) => createMessage(discord, nonces, request, at(request).channel))
  api.post('/channels/:channel/typing', async (request, reply) => {
    at(request)
    return reply.code(204).send()
  })
  api.get('/channels/:channel/messages/:id', async (request) => {
    const { channel, id } = at(request)
    return message(discord, messageBy(discord, channel, id))
  })
  api.patch('/channels/:channel/messages/:id', async (request) => {
    const { channel, id } = at(request)
    return editMessage(discord, request, channel, id)
  })
  api.delete('/channels/:channel/messages/:id', async (request, reply) => {
    const { channel, id } = at(request)
    deleteMessage(discord, request, channel, id)
    return reply.code(204).send()
  })
  api.get('/channels/:channel/messages/:id/reactions/:emoji', async (request) => {
    const { channel, id } = at(request)
    return reactors(discord, channel, id).flatMap((each) => {
      const account = world.accounts.discord.get(each)
      return account ? [userOf(discord, account)] : []
    })
  })
  for (const method of ['PUT', 'DELETE'] as const)
    api.route({
      method,
      url: '/channels/:channel/messages/:id/reactions/:emoji/@me',
      handler: async (request, reply) => {
        const { channel, id, emoji } = at(request)
        react(discord, request, channel, { id, emoji, on: method === 'PUT' })
        return reply.code(204).send()
      },
    })
}

/** Programs say who they are in one fixed form, and with a bot's token. */
function admit(discord: Discord, request: FastifyRequest, reply: FastifyReply): void {
  if (!/^DiscordBot \(\S+, [^)]+\)/.test(request.headers['user-agent'] ?? '')) throw new DiscordError(403, 40333, 'internal network error')
  if (fateOfStatic(discord, 'discord', bearerOf(request, 'Bot'), discord.secrets.discord.token) !== 'good') throw unauthorized()
  count(discord.windows, discord.world.clock('discord'), request, reply)
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof DiscordError) return reply.code(error.status).headers(error.headers).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status === 413) return answerError(tooLarge(), reply)
  if (status < 500) return reply.code(400).send({ message: 'The request body contains invalid JSON.', code: 50109 })
  return reply.code(500).send({ message: '500: Internal Server Error', code: 0 })
}
