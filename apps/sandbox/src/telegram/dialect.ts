import type { Dialect, Keepable, Permalink } from '../dialect.ts'
import { addressByHandle } from '../world/address.ts'
import type { Item } from '../world/item.ts'
import { TelegramError, badRequest } from './errors.ts'
import { groupMessageIdOf, isPost, telegramIds } from './ids.ts'
import { channelName, groupName } from './messages.ts'
import { brandPosts, earlier } from './posts.ts'
import { openTelegram, routeTelegram } from './routes.ts'
import { telegramWebhooks } from './webhooks.ts'
import type { Sender, WebhookTarget } from '../webhooks/sender.ts'

/** The bot with its token, the channel and the group that is linked to it. */
export type TelegramSecrets = { botId: string; botName: string; token: string; channelId: string; groupId: string }

/** Addresses of messages, also below the name of the host that they have in links. */
const permalinks: Record<string, Permalink> = {}
for (const host of ['', '/t.me']) {
  const inGroup: Permalink = ({ world }, { params }) => find(world.items.telegram.values(), false, params['message'])
  permalinks[`${host}/${groupName}/:message`] = inGroup
  permalinks[`${host}/c/:chat/:message`] = inGroup
  permalinks[`${host}/${channelName}/:message`] = ({ world }, { params, query }) =>
    find(world.items.telegram.values(), false, query['comment']) ?? find(world.items.telegram.values(), true, params['message'])
}

/** Telegram: a channel with its discussion group, and a bot that is an admin in both. By the Bot API: webhooks, or asking for updates. */
export const telegram: Dialect<'telegram', TelegramSecrets> = {
  id: 'telegram',
  name: 'Telegram',
  look: { colour: '#00679e', darkColour: '#67bdf5', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'like'],
  untold: ['removal'],
  secrets: ({ digits, letters }) => ({
    botId: digits(10),
    botName: 'fieldnote_bot',
    token: letters(35),
    channelId: `-100${digits(10)}`,
    groupId: `-100${digits(10)}`,
  }),
  brand: ({ botId, botName }) => ({ id: botId, handle: botName }),
  settings: ({ botId, token }) => ({ botToken: `${botId}:${token}`, chat: `@${groupName}` }),
  // Every method can be called by GET and by POST.
  calls: { write: { method: '', path: '/send(Message|Photo|Video|Animation|Document)' }, read: { method: '', path: '/getUpdates' } },
  rootPaths: /^\/(file\/)?bot\d+:/,
  ids: telegramIds,
  handle: (word, code) =>
    word.replaceAll('-', '_').length < 4 ? `${word.replaceAll('-', '_')}_${code.slice(0, 4)}` : word.replaceAll('-', '_'),
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    // The wait is told in the body alone.
    rateLimited: (_context, { seconds }) => new TelegramError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }),
    expiredToken: () => new TelegramError(401, 'Unauthorized'),
    revokedToken: () => new TelegramError(401, 'Unauthorized'),
    serverError: () => new TelegramError(500, 'Internal Server Error'),
    unavailable: () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' }),
    badRequest: () => badRequest('something went wrong'),
    unknownPath: () => new TelegramError(404, 'Not Found'),
  },
  permalinks,
  webhooks: telegramWebhooks,
  quirks: { botWasKicked: 'switch', staffHidesBehindGroup: 'switch' },
  open: (context, sender) => {
    const service = openTelegram(context, sender)
    return { routes: (scope) => routeTelegram(scope, service), state: { updates: service.updates, webhook: keepTarget(sender) } }
  },
}

function find(items: Iterable<Item>, post: boolean, number = ''): Item | undefined {
  for (const item of items)
    if ((post ? isPost(item) && Number(item.extra['messageId']) : groupMessageIdOf(item)) === Number(number)) return item
  return undefined
}

/** Where `setWebhook` pointed, over restarts; a reset leaves it as it is. */
function keepTarget(sender: Sender): Keepable {
  return {
    clear: () => {},
    all: () => sender.target,
    restore: (saved) => {
      sender.target = saved as WebhookTarget | null
    },
  }
}
