import { parseArgs } from 'node:util'
import { eq, isNull } from 'drizzle-orm'
import { PlatformError, type PlatformErrorKind } from '@answerback/platforms/error'
import { ioOf } from '../access/channel-io.ts'
import { listChannels } from '../access/channels.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { Misuse, print, printTable, type Command } from './command.ts'
import { chooseWorkspace, withContext } from './installation.ts'

export const listConnected: Command = {
  usage: 'channel list [--workspace <id>]',
  words: 'The connected accounts and how they fare.',
  run(args) {
    const { values } = parseArgs({ args, options: { workspace: { type: 'string' } } })
    return withContext(async (ctx) => {
      const channels = await ctx.db.inWorkspace(await chooseWorkspace(ctx, values.workspace), (tx) => listChannels(ctx, tx))
      if (channels.length === 0) return print('No account is connected yet.')
      printTable(channels.map((each) => [each.id, each.platform, each.handle, each.state.replaceAll('_', ' '), each.error ?? '']))
    })
  },
}

export const testChannel: Command = {
  usage: 'channel test <id>|all',
  words: 'Asks the platform with the stored credentials, keeps and sends nothing, and says how it went. Exits 1 when one failed.',
  run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [wanted] = positionals
    if (positionals.length !== 1) throw new Misuse('Name a channel by its id (pnpm cli channel list), or say all.')
    return withContext(async (ctx) => {
      const all = (
        await ctx.db.system
          .select({ channel: t.channel, demo: t.workspace.demo })
          .from(t.channel)
          .innerJoin(t.workspace, eq(t.workspace.id, t.channel.workspaceId))
          .where(isNull(t.channel.disconnectedAt))
      ).flatMap((row) => (row.demo && !ctx.env.demo ? [] : [row.channel]))
      const chosen = all.filter((each) => wanted === 'all' || each.id === wanted)
      if (chosen.length === 0) throw new Error(wanted === 'all' ? 'No account is connected yet.' : `There is no channel ${wanted}.`)
      let failed = 0
      for (const channel of chosen) {
        const trouble = await ask(ctx, channel)
        if (trouble) failed += 1
        print(`${platformOf(ctx, channel.platform).name} ${channel.handle}: ${trouble ?? 'reads fine.'}`)
      }
      return failed === 0 ? 0 : 1
    })
  },
}

const remedies: Record<PlatformErrorKind, string> = {
  reauthorize: 'Connect the account again in Settings, Channels.',
  rate_limited: 'The platform asks for patience; try again later.',
  unavailable: 'The platform did not answer; try again, and look whether this machine reaches it.',
  rejected: 'Look whether the account may still do this.',
  gone: 'The account is no longer there.',
}

const refusedWords = 'That is a private address: if it is meant, name it in ALLOW_PRIVATE_HOSTS.'

/** Reads the newest page as polling would, and throws it away. */
async function ask(ctx: Context, channel: typeof t.channel.$inferSelect): Promise<string | null> {
  try {
    const [row] = await ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, channel.id))
    const result = await platformOf(ctx, channel.platform).poll(await ioOf(ctx, channel), {
      cursor: row?.cursor ?? null,
      posts: [],
      open: [],
    })
    if (result.trouble) throw result.trouble
    return null
  } catch (error) {
    const { message } = error as Error
    if (!(error instanceof PlatformError)) return message
    const refused = message.includes('host_not_allowed')
    return `${/[.!?]$/.test(message) ? message : `${message}.`} ${refused ? refusedWords : remedies[error.kind]}`
  }
}
