import type { Dialect } from '../world/dialect.ts'
import type { Account } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** The pretend server's own domain; accounts without a domain live here. */
export const localDomain = 'social.example'

/** Mastodon's ids: snowflakes of (milliseconds << 16 | serial), as decimal strings. */
export function mastodonDialect(): Dialect {
  let last = 0n
  const nextId = (atMs: number) => {
    const wanted = BigInt(Math.floor(atMs)) << 16n
    last = wanted > last ? wanted : last + 1n
    return String(last)
  }
  return {
    mint: (world, draft) => ({
      id: nextId(world.now().getTime()),
      mentionsBrand: mentionsIn(world, draft.text).some((account) => account.isBrand),
    }),
    mintAccount: (world) => nextId(world.now().getTime()),
  }
}

/** `@name` and `@name@domain` in a text, with the account they mean if it is known here. */
export function mentionMatches(
  world: World,
  text: string,
): { start: number; length: number; account: Account | undefined; handle: string }[] {
  const found = []
  for (const match of text.matchAll(/(?<![\w/@])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)(?:@([a-z0-9.-]+[a-z0-9]))?/gi)) {
    const [whole, name = '', domain] = match
    const isLocal = !domain || domain.toLowerCase() === localDomain
    const handle = isLocal ? name.toLowerCase() : `${name}@${domain}`.toLowerCase()
    const account = accountByAcct(world, handle)
    found.push({ start: match.index, length: whole.length, account, handle })
  }
  return found
}

/** The known accounts that a text mentions, each once. */
export function mentionsIn(world: World, text: string): Account[] {
  return [...new Set(mentionMatches(world, text).flatMap(({ account }) => account ?? []))]
}

/** The account with this acct (`name`, or `name@domain` elsewhere). */
export function accountByAcct(world: World, acct: string): Account | undefined {
  for (const account of world.accounts.mastodon.values()) if (account.handle.toLowerCase() === acct) return account
  return undefined
}
