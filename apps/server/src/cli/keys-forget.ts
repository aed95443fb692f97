import { parseArgs } from 'node:util'
import { findUnreadable, forgetUnreadable, type Unreadable } from '../access/forget-keys.ts'
import type { Context } from '../context.ts'
import { print, printTable, type Command } from './command.ts'
import { refuseWhileServing, withContext } from './installation.ts'

export const forgetKeys: Command = {
  usage: 'keys forget [--yes]',
  words:
    'For when secrets.json or SECRET_KEY is lost for good: lists the credentials that no key here opens; with --yes forgets them, and the database belongs to the key that is here. Their channels ask to be connected again, everything else stays. Stop Answerback first.',
  run(args) {
    const { values } = parseArgs({ args, options: { yes: { type: 'boolean', default: false } } })
    const check = (store: Parameters<typeof refuseWhileServing>[0]) => refuseWhileServing(store, { anywhere: true })
    return withContext(async (ctx) => report(ctx, values.yes), { check, takeOver: values.yes })
  },
}

async function report(ctx: Context, yes: boolean): Promise<void> {
  const lost = await findUnreadable(ctx)
  if (lost.channels.length + lost.apps.length + lost.ways.length === 0)
    return print('All credentials open with the keys that are here. Nothing was forgotten.')
  list(lost)
  if (!yes)
    return print(
      '\nNo key here opens these, and nothing was changed. If the key can be found, put it back. If it is lost for good, run: pnpm cli keys forget --yes',
    )
  await forgetUnreadable(ctx, lost)
  print(`
Forgotten. Start Answerback, and connect the channels again in the settings, under Channels: what was said is all there, and replies that waited go out then. The secret of an app
is given again in the same place; that of a channel's own webhook was made anew, to be entered at the platform. Everybody signs in again.`)
}

function list({ channels, apps }: Unreadable): void {
  const named = apps.filter((app) => app.settings.server === undefined)
  printTable([
    ...channels.map(({ platform, handle }) => ['channel', platform, handle]),
    ...named.map(({ platform, settings }) =>
      settings.channelId === undefined
        ? ['app', platform, settings.appId ?? '']
        : ['webhook', platform, `of the channel ${settings.channelId}`],
    ),
  ])
}
