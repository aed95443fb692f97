import type { MessageFact, PostFact } from '@answerback/core/facts'
import type { Normalized, Platform, PolledPage, PollResult, ReplyTarget, Wanted } from '../platform.ts'
import type { World } from './world.ts'

/** So many of our posts the server names to a poll, the newest. */
const postsPerRound = 20

/**
 * Reads like the server does: what was pushed, then a poll, then a piece of the past; keeps the cursor as JSON, stores pages, folds facts by id (the last one
 * wins). `deaf`: nothing pushed comes through. `backTo`: for the first poll.
 */
export class Reader {
  readonly platform: Platform
  readonly world: World
  readonly facts = new Map<string, MessageFact | PostFact>()
  readonly removed = new Set<string>()
  readonly unknown: string[] = []
  wanted: Wanted[] = []
  last: PollResult | null = null
  deaf = false
  backTo: string | undefined
  #back: { cursor: unknown; done: boolean } = { cursor: null, done: false }

  constructor(platform: Platform, world: World) {
    this.platform = platform
    this.world = world
  }

  /** One poll over our posts seen so far, re-reading the given open messages, and more at once where there is more. Returns the ids newly seen. */
  async poll(open: string[] = [], whole: string[] = []): Promise<string[]> {
    const found = await this.pollOnce(open, whole)
    for (let round = 0; this.last?.more && round < 20; round += 1) found.push(...(await this.pollOnce([])))
    return found
  }

  /** One round, and no more even if there is more: its result can still be lost. */
  async pollOnce(open: string[] = [], whole: string[] = []): Promise<string[]> {
    const ours = [...this.facts.values()]
      .filter((fact) => fact.fact === 'post' && fact.ours)
      .sort((a, b) => (a.platformAt < b.platformAt ? 1 : -1))
    const isWhole = ({ externalId }: { externalId: string }): boolean => whole.includes(externalId)
    const posts = [...ours.filter(isWhole), ...ours.slice(0, postsPerRound).filter((post) => !isWhole(post))]
    const cursor: unknown = this.last === null ? null : JSON.parse(JSON.stringify(this.last.cursor))
    const input = {
      cursor,
      posts: posts.map((post) => ({ externalId: post.externalId, ref: post.ref, ...(isWhole(post) && { whole: true as const }) })),
      open: open.map((externalId) => ({ externalId, ref: this.facts.get(externalId)?.ref ?? {} })),
    }
    const before = new Set(this.facts.keys())
    const pushed = this.world.pushed?.() ?? []
    if (!this.deaf) for (const delivery of pushed) this.take(this.platform.normalize(delivery, this.world.io.self))
    const { wanted } = this
    this.wanted = []
    const backTo = cursor === null && this.backTo !== undefined && { backTo: this.backTo }
    this.last = await this.platform.poll(this.world.io, { ...input, ...backTo, wanted })
    this.wanted.push(...(this.last.wanted ?? []))
    this.#takePages(this.last.pages)
    await this.#readBack()
    return [...this.facts.keys()].filter((id) => !before.has(id))
  }

  /** The past was read as far as it was asked for: there are no more pieces. */
  get isBack(): boolean {
    return !this.platform.backfill || this.#back.done
  }

  async #readBack(): Promise<void> {
    const { backTo, platform } = this
    if (!platform.backfill || backTo === undefined || this.#back.done) return
    const { pages, cursor, done } = await platform.backfill(this.world.io, { cursor: this.#back.cursor, backTo })
    this.#back = { cursor: JSON.parse(JSON.stringify(cursor)), done }
    this.#takePages(pages)
  }

  #takePages(pages: readonly PolledPage[]): void {
    const receivedAt = this.world.io.now().toISOString()
    for (const page of pages) this.take(this.platform.normalize({ ...page, receivedAt }, this.world.io.self))
  }

  take({ facts, unknown, wanted = [] }: Normalized): void {
    this.wanted.push(...wanted)
    this.unknown.push(...unknown.map((each) => each.reason))
    for (const fact of facts) {
      if (fact.fact === 'removal') this.removed.add(fact.externalId)
      if (fact.fact === 'message' || fact.fact === 'post') this.facts.set(fact.externalId, fact)
    }
  }

  message(id: string): MessageFact {
    const fact = this.facts.get(id)
    if (fact?.fact !== 'message') throw new Error(`no message ${id}; held: ${[...this.facts.keys()].join(', ')}`)
    return fact
  }

  target(id: string): ReplyTarget {
    const { externalId, parentExternalId, postExternalId, ref, author, private: isPrivate } = this.message(id)
    return {
      externalId,
      parentExternalId,
      postExternalId,
      ref,
      authorExternalId: author?.externalId ?? null,
      authorHandle: author?.handle ?? null,
      private: isPrivate,
    }
  }
}
