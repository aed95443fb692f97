import type { Addressed } from '../dialect.ts'
import type { Account, Draft } from './item.ts'
import type { World } from './world.ts'

/** A text that is written as it is; a post elsewhere that is to mention the brand is marked as one. */
export function addressSilently(
  _world: World,
  draft: Omit<Draft, 'mentionsBrand'>,
  author: Account,
  mention: boolean | undefined,
): Addressed {
  const elsewhere = mention === true && !draft.parentId && !author.isBrand
  return elsewhere ? { text: draft.text, mentionsBrand: true } : { text: draft.text }
}

/** A text with the brand's `@handle` in front, if it is to mention the brand and does not name it yet. */
export function addressByHandle(
  world: World,
  draft: Omit<Draft, 'mentionsBrand'>,
  author: Account,
  mention: boolean | undefined,
): Addressed {
  const { handle } = world.brand(draft.platform)
  return { text: withNames(draft.text, mention === true ? [handle] : [], author) }
}

/** The text with the handles in front that it lacks, without the author's own. */
export function withNames(text: string, handles: Iterable<string>, author: Account): string {
  const missing = [...handles].filter((handle) => handle !== author.handle && !text.toLowerCase().includes(`@${handle}`))
  return [...missing.map((handle) => `@${handle}`), text].join(' ')
}
