import { createHash } from 'node:crypto'
import type { Account, Draft, Item, PlatformId } from './item.ts'
import { latinNames } from './latin-names.ts'
import type { World } from './world.ts'

/** Who speaks: a name, and a handle if the one made from the name will not do. */
export type Speaker = { name: string; handle?: string }

/** What somebody says. `mention` false leaves the brand's name away where people would write it. */
export type Speech = Omit<Draft, 'authorId'> & { author: Speaker | 'brand'; mention?: boolean }

/**
 * Somebody writes as people do on that platform: on Mastodon a reply names those it answers, a
 * mention carries the brand's handle. A name that gives the brand's handle speaks as the brand.
 */
export function speak(world: World, speech: Speech): Item {
  const { author: speaker, mention, ...rest } = speech
  const author = accountFor(world, speech.platform, speaker)
  const draft = { ...rest, authorId: author.id }
  return world.write({ ...draft, ...addressed(world, draft, author, mention) })
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
  if (platform === 'bluesky') return `${word}.test`
  if (platform === 'facebook' || word === 'fieldnote') return word
  const server = servers[Number.parseInt(code.slice(0, 4), 16) % servers.length] ?? ''
  return word.replaceAll('-', '_') + server
}

const servers = ['', '', '@garden.example', '@makers.example', '@fedi.example']

function addressed(
  world: World,
  draft: Omit<Draft, 'mentionsBrand'>,
  author: Account,
  mention: boolean | undefined,
): { text: string; mentionsBrand?: boolean } {
  const { platform, text } = draft
  const brand = world.brand(platform)
  const parent = draft.parentId ? world.items[platform].get(draft.parentId) : undefined
  if (platform === 'facebook') {
    const elsewhere = mention === true && !parent && !author.isBrand
    return elsewhere ? { text, mentionsBrand: true } : { text }
  }
  const names = new Set<string>()
  if (platform === 'mastodon' && parent) {
    names.add(world.author(parent).handle)
    if (parent.mentionsBrand || parent.authorId === brand.id) names.add(brand.handle)
  }
  if (mention === true) names.add(brand.handle)
  if (mention === false) names.delete(brand.handle)
  names.delete(author.handle)
  const missing = [...names].filter((handle) => !text.toLowerCase().includes(`@${handle}`))
  return { text: [...missing.map((handle) => `@${handle}`), text].join(' ') }
}
