import { createHash } from 'node:crypto'
import { dialectOf } from '../registry.ts'
import { addressSilently } from './address.ts'
import type { Account, Draft, Item, PlatformId } from './item.ts'
import { latinNames } from './latin-names.ts'
import type { World } from './world.ts'

/** Who speaks: a name, and a handle if the one made from the name will not do. */
export type Speaker = { name: string; handle?: string }

/** What somebody says. `mention` false leaves the brand's name away where people would write it. */
export type Speech = Omit<Draft, 'authorId'> & { author: Speaker | 'brand'; mention?: boolean }

/**
 * Somebody writes as people do on that platform (`address` in its dialect): on Mastodon a reply names those it
 * answers, a mention carries the brand's handle. A name that gives the brand's handle speaks as the brand.
 */
export function speak(world: World, speech: Speech): Item {
  const { author: speaker, mention, ...rest } = speech
  const author = accountFor(world, speech.platform, speaker)
  const draft = { ...rest, authorId: author.id }
  const address = dialectOf(speech.platform).address ?? addressSilently
  return world.write({ ...draft, ...address(world, draft, author, mention) })
}

/**
 * Somebody turns to the brand in the way that is natural there: a comment below its newest post, else a review, a post on its page, or a
 * mention. What tests and the demo use when any platform will do.
 */
export function ask(world: World, speech: Omit<Speech, 'parentId' | 'mention'>): Item {
  const { kinds } = dialectOf(speech.platform)
  const [post] = world.posts(speech.platform, true)
  if (kinds.includes('comment') && post) return speak(world, { ...speech, parentId: post.id })
  if (kinds.includes('review')) return speak(world, { rating: 3, ...speech })
  return speak(world, { ...speech, mention: !kinds.includes('visit') })
}

/** The account of a speaker, made on first sight. */
export function accountFor(world: World, platform: PlatformId, speaker: Speaker | 'brand'): Account {
  if (speaker === 'brand') return world.brand(platform)
  const name = speaker.name.trim().slice(0, 80) || 'Somebody'
  const handle = speaker.handle?.replace(/^@/, '').toLowerCase() || handleFor(platform, name)
  return world.person(platform, name, handle)
}

/** The handle people of this name get: latin letters and digits, else a short code of the name. */
export function handleFor(platform: PlatformId, name: string): string {
  const latin = (latinNames[name] ?? name)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const code = createHash('sha256').update(name).digest('hex')
  const word = (latin || `u${code.slice(0, 7)}`).slice(0, 30)
  const { handle } = dialectOf(platform)
  return handle ? handle(word, code) : word
}
