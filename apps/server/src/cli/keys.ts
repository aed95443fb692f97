import { parseArgs } from 'node:util'
import { rotateKeys as rotate } from '../access/rotate-keys.ts'
import { print, type Command } from './command.ts'
import { withContext } from './installation.ts'

export const rotateKeys: Command = {
  usage: 'keys rotate',
  words: 'Seals the credentials of all connected accounts with a new key, while Answerback runs, and retires the old one.',
  run(args) {
    parseArgs({ args })
    return withContext(async (ctx, { secrets }) => {
      const { keyId, sealedAgain, retired } = await rotate(ctx)
      print(`Credentials sealed again with the key ${keyId}: ${sealedAgain}.`)
      if (retired.length === 0) return
      print(
        secrets.path === undefined
          ? `The older secret is no longer needed (${retired.join(', ')}): take it out of SECRET_KEY. Backups made before need it.`
          : `Retired: ${retired.join(', ')}. Backups made before need the secrets.json of their time.`,
      )
    })
  },
}
