import type { Addressed, Ids } from '../dialect.ts'
import { withNames } from '../world/address.ts'
import type { Account, Draft } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** The pretend server's own domain; accounts without a domain live here. */
export const localDomain = 'social.example'

/** Mastodon's ids: snowflakes of (milliseconds << 16 | serial), as decimal strings. */
export function mastodonIds(): Ids {
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

/** A reply names whom it answers, and the brand where the thread is about it; `mention` false leaves the brand away. */
export function addressAuthors(
  world: World,
  draft: Omit<Draft, 'mentionsBrand'>,
  author: Account,
  mention: boolean | undefined,
): Addressed {
  const brand = world.brand('mastodon')
  const parent = world.items.mastodon.get(draft.parentId ?? '')
  const names = new Set<string>()
  if (parent) {
    names.add(world.author(parent).handle)
    if (parent.mentionsBrand || parent.authorId === brand.id) names.add(brand.handle)
  }
  if (mention === true) names.add(brand.handle)
  if (mention === false) names.delete(brand.handle)
  return { text: withNames(draft.text, names, author) }
}

/** The handle of a name: here, or on one of the other servers. */
export function acctFor(word: string, code: string): string {
  if (word === 'fieldnote') return word
  const server = servers[Number.parseInt(code.slice(0, 4), 16) % servers.length] ?? ''
  return word.replaceAll('-', '_') + server
}

const servers = ['', '', '@garden.example', '@makers.example', '@fedi.example']

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
