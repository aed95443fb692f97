import type { Dialect, Permalink } from '../dialect.ts'
import { DiscordError, rateLimited, unauthorized } from './errors.ts'
import { Gateway } from './gateway.ts'
import { addressBot, discordIds } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import type { Peer } from '../http/sockets.ts'
import { openDiscord, routeDiscord } from './routes.ts'

/** The bot with its token, the server with its channels (one of them closed to the bot), and who answers there by hand. */
export type DiscordSecrets = {
  botId: string
  token: string
  guildId: string
  announcementsId: string
  generalId: string
  forumId: string
  voiceId: string
  staffRoomId: string
  staffId: string
  teamRoleId: string
}

const toMessage: Permalink = ({ world }, { params }) => world.items.discord.get(params['message'] ?? '')
const toChannel: Permalink = ({ world }, { params }) => world.items.discord.get(params['channel'] ?? '') ?? 'brand'

/** Discord: one server with an announcement channel, a forum and an open room, and a bot in it. By REST, version 10, and the Gateway. */
export const discord: Dialect<'discord', DiscordSecrets> = {
  id: 'discord',
  name: 'Discord',
  look: { colour: '#4551c7', darkColour: '#a3abff', post: ['thread', 'threads'], comment: ['message', 'messages'] },
  kinds: ['comment', 'mention', 'visit', 'like'],
  secrets: ({ digits, letters }) => {
    const botId = digits(18)
    return {
      botId,
      token: `${Buffer.from(botId).toString('base64url')}.${letters(6)}.${letters(38)}`,
      guildId: digits(18),
      announcementsId: digits(18),
      generalId: digits(18),
      forumId: digits(18),
      voiceId: digits(18),
      staffRoomId: digits(18),
      staffId: digits(18),
      teamRoleId: digits(18),
    }
  },
  brand: ({ botId }) => ({ id: botId, handle: 'fieldnote' }),
  settings: ({ token, announcementsId, generalId, forumId, staffId }, url) => ({
    apiUrl: `${url}/api/v10`,
    botToken: token,
    channels: `${announcementsId} ${generalId} ${forumId}`,
    staffIds: staffId,
  }),
  calls: { write: { method: 'POST', path: '/messages$' }, read: { method: 'GET', path: '/(channels|guilds|users)/' } },
  ids: discordIds,
  handle: (word) => word.replaceAll('-', '_').padEnd(2, '_'),
  address: addressBot,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { seconds, retryAfter }) => rateLimited(seconds, 'user', retryAfter),
    expiredToken: () => unauthorized(),
    revokedToken: () => unauthorized(),
    serverError: () => ({ status: 500, body: { message: '500: Internal Server Error', code: 0 } }),
    unavailable: () => ({ status: 503, headers: { 'content-type': 'text/plain' }, body: 'upstream connect error, reset before headers' }),
    badRequest: () => new DiscordError(400, 0, '400: Bad Request'),
    unknownPath: () => new DiscordError(404, 0, '404: Not Found'),
  },
  permalinks: Object.fromEntries(
    ['', '/discord.com', '/api/v10/discord.com'].flatMap((host) => [
      [`${host}/channels/:guild/:channel`, toChannel],
      [`${host}/channels/:guild/:channel/:message`, toMessage],
    ]),
  ),
  quirks: {
    withoutMessageContent: 'switch',
    botMayOnlyRead: 'switch',
    refusesArchived: 'switch',
    autoModerates: 'switch',
    slowmode: 'switch',
    noSessionsLeft: 'switch',
    countsCodePoints: 'switch',
  },
  open: (context) => {
    const service = openDiscord(context)
    const { nonces } = service
    const gateway = new Gateway(context)
    const door = () => ({ open: (peer: Peer) => gateway.open(peer) })
    return { routes: (scope) => routeDiscord(scope, service), state: { nonces }, sockets: { '/gateway': door, '/gateway/': door } }
  },
}
