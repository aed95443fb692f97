import type { MessageFact, PostFact } from '@answerback/core/facts'
import type { Normalized, Platform, PollResult, ReplyTarget, Wanted } from '../platform.ts'
import type { World } from './world.ts'

/** Reads like the server does: what was pushed, then a poll; keeps the cursor as JSON, stores pages, folds facts by id (the last one wins). */
export class Reader {
  readonly platform: Platform
  readonly world: World
  readonly facts = new Map<string, MessageFact | PostFact>()
  readonly removed = new Set<string>()
  readonly unknown: string[] = []
  wanted: Wanted[] = []
  last: PollResult | null = null

  constructor(platform: Platform, world: World) {
    this.platform = platform
    this.world = world
  }

  /** One poll over our posts seen so far, re-reading the given open messages, and more at once where there is more. Returns the ids newly seen. */
  async poll(open: string[] = []): Promise<string[]> {
    const found = await this.pollOnce(open)
    for (let round = 0; this.last?.more && round < 20; round += 1) found.push(...(await this.pollOnce([])))
    return found
  }

  /** One round, and no more even if there is more: its result can still be lost. */
  async pollOnce(open: string[] = []): Promise<string[]> {
    const posts = [...this.facts.values()]
      .filter((fact) => fact.fact === 'post' && fact.ours)
      .sort((a, b) => (a.platformAt < b.platformAt ? 1 : -1))
    const cursor: unknown = this.last === null ? null : JSON.parse(JSON.stringify(this.last.cursor))
    const input = {
      cursor,
      posts: posts.map(({ externalId, ref }) => ({ externalId, ref })),
      open: open.map((externalId) => ({ externalId, ref: this.facts.get(externalId)?.ref ?? {} })),
    }
    const before = new Set(this.facts.keys())
    for (const delivery of this.world.pushed?.() ?? []) this.take(this.platform.normalize(delivery, this.world.io.self))
    const { wanted } = this
    this.wanted = []
    this.last = await this.platform.poll(this.world.io, { ...input, wanted })
    this.wanted.push(...(this.last.wanted ?? []))
    for (const page of this.last.pages)
      this.take(this.platform.normalize({ ...page, receivedAt: this.world.io.now().toISOString() }, this.world.io.self))
    return [...this.facts.keys()].filter((id) => !before.has(id))
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
