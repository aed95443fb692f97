import { PlatformError } from '@answerback/platforms/error'
import type { Io, Platform, PollResult } from '@answerback/platforms/platform'
import { bluesky } from '@answerback/platforms/bluesky/adapter'

/** What a pretend channel is like. `everyMs`: how often it should be read by the product's own rule. `errs`: what reading it comes to. */
export type Pretend = { platform: number; everyMs: number; errs: 'hangs' | 'breaks' | 'refuses' | null; firstDueAt: number }

/** Rounds and calls as they happened, in ms since 1970. `by`: the channel. */
export type Journal = {
  rounds: { by: string; startAt: number; endAt: number; news: boolean }[]
  calls: { by: string; platform: number; at: number }[]
}

type Budgets = NonNullable<Platform['budgets']>

/** Twenty: eight that limit nothing, six that count each account's calls, six that count the app's, of which the last has far less than its channels could use. */
export const budgetsByPlatform: readonly Budgets[] = [
  ...Array.from({ length: 8 }, (): Budgets => []),
  ...Array.from({ length: 6 }, (): Budgets => [{ scope: 'channel', calls: 20, perSeconds: 60 }]),
  ...Array.from({ length: 5 }, (): Budgets => [{ scope: 'app', calls: 500, perSeconds: 20 }]),
  [{ scope: 'app', calls: 120, perSeconds: 60 }],
]

export const callsPerRound = 2
const hangMs = 20_000
/** One round in so many brings something new. */
const newsEvery = 50

/** The page of a channel where nothing happened since `at`. */
export function pretendPage(at: number): string {
  return JSON.stringify({ notifications: [], at })
}

/** Pretend platforms that answer within 50 to 250 ms, each call noted. Everything but reading is an existing adapter's and not used. */
export function pretendPlatforms(pretends: ReadonlyMap<string, Pretend>, journal: Journal): Platform[] {
  const lastNewsAt = new Map<string, number>()
  return budgetsByPlatform.map((budgets, index) => ({
    ...bluesky,
    id: `pretend-${index}`,
    name: `Pretend ${index}`,
    budgets,
    async poll(io: Io): Promise<PollResult> {
      const by = io.self.accountId
      const startAt = performance.timeOrigin + performance.now()
      const { errs } = pretends.get(by)!
      let calls = 0
      const news = errs === null && journal.rounds.length % newsEvery === newsEvery - 1
      if (news) lastNewsAt.set(by, startAt)
      try {
        for (; calls < callsPerRound; calls += 1) {
          await io.fetch(`https://pretend-${index}.example/${by}`)
          if (errs === 'hangs') {
            await after(hangMs)
            throw new PlatformError('unavailable', 'It did not answer within 20 seconds')
          }
          await after(25 + ((journal.calls.length * 7919) % 100))
          if (errs === 'breaks') throw new PlatformError('unavailable', 'It answered 503')
          if (errs === 'refuses') throw new PlatformError('rate_limited', 'Too many requests', { retryAfterMs: 30_000 })
        }
      } finally {
        journal.rounds.push({ by, startAt, endAt: performance.timeOrigin + performance.now(), news })
      }
      const pages = [{ resource: 'notifications', kind: 'notifications', request: {}, body: pretendPage(lastNewsAt.get(by) ?? 0) }]
      return { pages, cursor: { v: 1 }, waitMs: 15_000 }
    },
  }))
}

/** The way out of the pretend platforms: notes the call, and there is nothing behind it. */
export function notingFetch(journal: Journal): typeof fetch {
  const answer = new Response('{}')
  return async (input) => {
    const [, platform, by] = /pretend-(\d+)\.example\/(.+)$/.exec(String(input))!
    journal.calls.push({ by: by!, platform: Number(platform), at: performance.timeOrigin + performance.now() })
    return answer
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
