import { perPlatform } from '../registry.ts'
import type { PlatformId } from '../world/item.ts'
import { calmQuirks, readQuirks, ruleSchema, webhookFaultsSchema } from './fault.ts'
import type { Fault, Quirks, RuleInput, TokenState, WebhookFaults } from './fault.ts'

type Rule = { id: number; input: RuleInput; path: RegExp | null; body: RegExp | null; seen: number; met: number }

/** Every scripted fault of one sandbox: rules per call, quirks, webhook faults and token states. */
export class Faults {
  quirks: Quirks = calmQuirks()
  webhooks: WebhookFaults = calmWebhooks()
  tokens: Record<PlatformId, TokenState> = validTokens()
  /** When the tokens of a platform were last expired: those issued later are good. Milliseconds, 0 for never. */
  expiredAt: Record<PlatformId, number> = perPlatform(() => 0)
  #rules: Rule[] = []
  #lastId = 0

  /** Adds a rule; the first rule that meets a call wins. Throws a ZodError on a bad one. */
  add(input: RuleInput): number {
    const rule = ruleSchema.parse(input)
    this.#lastId += 1
    const path = rule.match.path === undefined ? null : new RegExp(rule.match.path)
    const body = rule.match.body === undefined ? null : new RegExp(rule.match.body, 's')
    this.#rules.push({ id: this.#lastId, input: rule, path, body, seen: 0, met: 0 })
    return this.#lastId
  }

  /** Whether any rule of the platform looks into bodies. */
  readsBodies(platform: PlatformId): boolean {
    return this.#rules.some(({ input, body }) => input.platform === platform && body !== null)
  }

  /** The rules with how many calls each saw and met. */
  list(): { id: number; rule: RuleInput; seen: number; met: number }[] {
    return this.#rules.map(({ id, input, seen, met }) => ({ id, rule: input, seen, met }))
  }

  /** Takes one rule away, or all of them. */
  remove(id?: number): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id)
  }

  /** The fault that this call meets, counting it: by its address alone, or, once that has been read, by its body. */
  take(platform: PlatformId, method: string, path: string, body: string | null = null): Fault | null {
    for (const rule of this.#rules) {
      const { match, platform: wanted, fault } = rule.input
      if (wanted !== platform) continue
      if (match?.method && match.method.toUpperCase() !== method) continue
      if (rule.path && !rule.path.test(path)) continue
      if (rule.body === null ? body !== null : body === null || !rule.body.test(body)) continue
      rule.seen += 1
      if (rule.seen <= (match?.after ?? 0)) continue
      if (rule.met >= (match?.times ?? Infinity)) continue
      rule.met += 1
      return fault
    }
    return null
  }

  /** Switches quirks on or off; those not named stay as they are. */
  setQuirks(change: Partial<Quirks>): void {
    this.quirks = readQuirks({ ...this.quirks, ...change })
  }

  /** Changes the webhook faults; those not named stay as they are. */
  setWebhooks(change: Partial<WebhookFaults>): void {
    this.webhooks = webhookFaultsSchema.parse({ ...this.webhooks, ...change })
  }

  /** Expires, revokes or restores the brand's token. Where tokens are refreshed, an expired one is so until then. */
  setToken(platform: PlatformId, state: TokenState, now: Date): void {
    this.tokens[platform] = state
    if (state === 'expired') this.expiredAt[platform] = now.getTime()
  }

  /** Back to a world in which nothing goes wrong. */
  clear(): void {
    this.#rules = []
    this.quirks = calmQuirks()
    this.webhooks = calmWebhooks()
    this.tokens = validTokens()
    this.expiredAt = perPlatform(() => 0)
  }
}

function calmWebhooks(): WebhookFaults {
  return { duplicate: 0, missing: 0, lateMs: 0, reorder: 1, batch: 1, wrongSignature: false }
}

function validTokens(): Record<PlatformId, TokenState> {
  return perPlatform(() => 'valid')
}
