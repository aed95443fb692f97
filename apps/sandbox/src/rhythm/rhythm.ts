import { pickOne } from '../random.ts'
import { dialectOf, platformIds } from '../registry.ts'
import type { Happening, Item, PlatformId } from '../world/item.ts'
import { accountFor, ask, speak } from '../world/speak.ts'
import type { World } from '../world/world.ts'
import { Deck } from './deck.ts'
import { lines } from './lines.ts'
import type { Line } from './lines.ts'
import { people } from './people.ts'
import { laterPosts } from './posts.ts'
import { chatter, followUps, mentionLines, quoteLines, thanks, visitorPosts } from './talk.ts'

/** How often people write by themselves. */
export type Pace = 'off' | 'calm' | 'busy'

/** Runs something later and returns what calls it off. */
export type Schedule = (delayMs: number, run: () => void) => () => void

const pausesMs = { calm: [15_000, 40_000], busy: [800, 3_000] } as const
const burstPauseMs = 900
const burstRounds = 4
const keptOwn = 200

/**
 * The people of the demo: they comment, answer each other, mention, quote, like, edit and delete,
 * and often come back after the brand answered them. Deterministic for a given source of chance,
 * except for the pauses, which are real time.
 */
export class Rhythm {
  /** How often people write now. */
  pace: Pace = 'off'
  #world: World
  #schedule: Schedule
  #cancels = new Set<() => void>()
  #lines: Deck<Line>
  #own: Item[] = []

  constructor(world: World, schedule: Schedule = scheduleReally) {
    this.#world = world
    this.#schedule = schedule
    this.#lines = new Deck(world.random, lines)
    world.listen((happening) => this.#hear(happening))
  }

  /** Begins with a burst (four comments a platform within 5 s), then goes on at this pace. */
  start(pace: Pace): void {
    this.stop()
    this.pace = pace
    if (pace === 'off') return
    for (let round = 0; round < burstRounds; round += 1)
      for (const [turn, platform] of platformIds.entries())
        this.#later(burstPauseMs * (round + turn / platformIds.length) + 200, () => this.comment(platform))
    this.#later(burstPauseMs * (burstRounds + 1), () => this.#goOn())
  }

  /** Nobody writes any more. */
  stop(): void {
    this.pace = 'off'
    this.#own = []
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }

  /** One thing happens somewhere. */
  step(): void {
    const { random } = this.#world
    const platform = pickOne(random, platformIds)
    const dice = random()
    if (dice < 0.02) this.#post(platform)
    else if (dice < 0.56) this.comment(platform)
    else if (dice < 0.68) this.#chat(platform)
    else if (dice < 0.77) this.#mention(platform)
    else if (dice < 0.82) this.#quote(platform)
    else if (dice < 0.9) this.#like(platform)
    else if (dice < 0.96) this.#editOwn()
    else this.#deleteOwn()
  }

  /** Somebody comments on one of the brand's posts, mostly on the newest; where there are none, they turn to the brand otherwise. */
  comment(platform: PlatformId): Item | null {
    const { random } = this.#world
    const { kinds, brandPosts, dropsNames = 0 } = dialectOf(platform)
    const posts = this.#world.posts(platform, true)
    const post = posts[Math.floor(random() ** 2 * posts.length)]
    if (!post || !kinds.includes('comment')) return this.#ask(platform)
    const topic = [...brandPosts, ...laterPosts].find(({ text }) => text === post.text)?.topic
    const line = this.#lines.draw((each) => each.topic === 'any' || each.topic === topic)
    const mention = dropsNames > 0 && random() < dropsNames ? false : undefined
    return this.#say({ platform, text: line.text, lang: line.lang, parentId: post.id, mention })
  }

  #ask(platform: PlatformId): Item {
    const { random } = this.#world
    const line = this.#lines.draw((each) => each.topic === 'any')
    const rating = dialectOf(platform).kinds.includes('review') ? 1 + Math.floor(random() * 5) : undefined
    const name = pickOne(random, people[line.lang] ?? people['en'] ?? [])
    return this.#keep(ask(this.#world, { platform, author: { name }, text: line.text, lang: line.lang, rating }))
  }

  /** The brand posts something new, each text once. */
  #post(platform: PlatformId): void {
    const { random } = this.#world
    const { text } = pickOne(random, laterPosts)
    const isNew = this.#world.posts(platform, true).every((post) => post.text !== text)
    if (isNew && dialectOf(platform).brandPosts.length > 0) speak(this.#world, { platform, author: 'brand', text })
    else this.comment(platform)
  }

  #chat(platform: PlatformId): void {
    const target = this.#recentByOthers(platform)
    if (!target || !canAnswerBack(platform)) return void this.comment(platform)
    const text = pickOne(this.#world.random, chatter)
    this.#say({ platform, text, lang: 'en', parentId: target.id })
  }

  #mention(platform: PlatformId): void {
    const { random } = this.#world
    const { kinds } = dialectOf(platform)
    if (kinds.includes('visit') && (!kinds.includes('mention') || random() < 0.5)) {
      this.#say({ platform, text: pickOne(random, visitorPosts), lang: 'en' })
      return
    }
    if (!kinds.includes('mention')) return void this.comment(platform)
    this.#say({ platform, text: pickOne(random, mentionLines), lang: 'en', mention: true })
  }

  #quote(platform: PlatformId): void {
    const { random } = this.#world
    const [post] = this.#world.posts(platform, true).slice(Math.floor(random() * 3))
    if (!post || !dialectOf(platform).kinds.includes('quote')) return void this.comment(platform)
    this.#say({ platform, text: pickOne(random, quoteLines), lang: 'en', quotedId: post.id })
  }

  #like(platform: PlatformId): void {
    const { random } = this.#world
    const posts = this.#world.posts(platform, true)
    const target = random() < 0.5 ? this.#recentByBrand(platform) : posts[0]
    const name = pickOne(random, Object.values(people).flat())
    if (target && dialectOf(platform).kinds.includes('like')) this.#world.like(target, accountFor(this.#world, platform, { name }).id)
  }

  #editOwn(): void {
    const item = this.#ownItem()
    if (!item) return
    const text = /[.!?]$/.test(item.text) ? `${item.text} (edit: typo)` : `${item.text}!`
    this.#world.edit(item, text)
  }

  #deleteOwn(): void {
    const item = this.#ownItem()
    if (item && item.replyIds.length === 0) this.#world.remove(item)
  }

  /** After an answer of the brand, the person often comes back. */
  #hear({ kind, item }: Happening): void {
    if (this.pace === 'off' || kind !== 'added' || item.parentId === null || !canAnswerBack(item.platform)) return
    const { random } = this.#world
    const brandId = this.#world.brand(item.platform).id
    const asked = this.#world.find(item.platform, item.parentId)
    if (item.authorId !== brandId || !asked || asked.authorId === brandId) return
    const dice = random()
    if (dice > 0.7) return
    const words = dice < 0.45 ? thanks : followUps
    const lang = words[asked.lang] ? asked.lang : 'en'
    const text = pickOne(random, words[lang] ?? [])
    const { platform, id, visibility } = item
    const { name, handle } = this.#world.author(asked)
    this.#later(6_000 + random() * 25_000, () => {
      const still = this.#world.find(platform, id)
      if (still) speak(this.#world, { platform, author: { name, handle }, text, lang, parentId: id, visibility })
    })
  }

  #say(words: { platform: PlatformId; text: string; lang: string; parentId?: string; quotedId?: string; mention?: boolean }): Item {
    const name = pickOne(this.#world.random, people[words.lang] ?? people['en'] ?? [])
    const parent = this.#world.find(words.platform, words.parentId)
    const author = { name }
    return this.#keep(speak(this.#world, { ...words, author, visibility: parent?.visibility ?? 'public' }))
  }

  #keep(item: Item): Item {
    this.#own.push(item)
    if (this.#own.length > keptOwn) this.#own.shift()
    return item
  }

  /** Neither deleted nor forgotten. */
  #isHere(item: Item): boolean {
    return this.#world.find(item.platform, item.id) === item
  }

  #ownItem(): Item | undefined {
    const alive = this.#own.filter((item) => this.#isHere(item)).slice(-12)
    return alive[Math.floor(this.#world.random() * alive.length)]
  }

  #recentByOthers(platform: PlatformId): Item | undefined {
    const own = this.#own.filter((item) => item.platform === platform && this.#isHere(item))
    return own.slice(-8)[Math.floor(this.#world.random() * 8)]
  }

  #recentByBrand(platform: PlatformId): Item | undefined {
    const brandId = this.#world.brand(platform).id
    return [...this.#world.items[platform].values()]
      .slice(-60)
      .reverse()
      .find((item) => item.authorId === brandId && item.deletedAt === null)
  }

  #goOn(): void {
    if (this.pace === 'off') return
    this.step()
    const [least, most] = pausesMs[this.pace]
    this.#later(least + this.#world.random() * (most - least), () => this.#goOn())
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#schedule(delayMs, () => {
      this.#cancels.delete(cancel)
      run()
    })
    this.#cancels.add(cancel)
  }
}

function scheduleReally(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

/** Where there are only reviews, nobody but the brand writes below one. */
function canAnswerBack(platform: PlatformId): boolean {
  const { kinds } = dialectOf(platform)
  return kinds.some((kind) => kind !== 'review')
}
