import { ask, speak } from '../world/speak.ts'
import type { Item, PlatformId } from '../world/item.ts'
import { dialectOf } from '../registry.ts'
import type { World } from '../world/world.ts'

/**
 * Something that was said before the demo began. `under`: a word of the brand's post; left out where people turn to the brand without one
 * (a review, with its stars). `answer`: what the brand wrote back from the platform itself, and after how long. `later`: somebody wrote again.
 */
export type Earlier = {
  minutesAgo: number
  who: string
  under?: string
  text: string
  rating?: number
  answer?: { afterMinutes: number; text: string }
  later?: { afterMinutes: number; text: string; who?: string }
}

/** Fills the hours before now, so that an inbox opened for the first time shows waits of every age and a few answers. */
export function writeEarlier(world: World, platform: PlatformId): void {
  for (const said of dialectOf(platform).earlier ?? []) {
    const first = begin(world, platform, said)
    if (!first) continue
    const { minutesAgo, answer, later } = said
    const answered = answer && below(world, first, 'brand', answer.text, minutesAgo - answer.afterMinutes)
    if (later) below(world, answered ?? first, { name: later.who ?? said.who }, later.text, minutesAgo - later.afterMinutes)
  }
}

function begin(world: World, platform: PlatformId, said: Earlier): Item | undefined {
  const { under, text, rating } = said
  const at = ago(world, platform, said.minutesAgo)
  const speech = { platform, author: { name: said.who }, text, rating, createdAt: at, indexedAt: at }
  if (under === undefined) return ask(world, speech)
  const post = world.posts(platform, true).find((each) => each.text.includes(under) && each.createdAt < at)
  return post && speak(world, { ...speech, parentId: post.id })
}

function below(world: World, parent: Item, author: { name: string } | 'brand', text: string, minutesAgo: number): Item {
  const at = ago(world, parent.platform, minutesAgo)
  return speak(world, { platform: parent.platform, author, text, parentId: parent.id, createdAt: at, indexedAt: at })
}

function ago(world: World, platform: PlatformId, minutes: number): number {
  return world.clock(platform) - minutes * 60_000
}
