import type { Context } from '../context.ts'
import type { WebhookFaults } from '../faults/fault.ts'
import type { Happening } from '../world/item.ts'

/** Where a platform's webhooks go and with what they are signed. */
export type WebhookTarget = { url: string; secret: string; verifyToken: string }

/** Something to tell, on a topic that a subscriber can ask for. `value` is what the platform's body is made of. */
export type WebhookEvent = { topic: string; value: unknown }

/** What a platform makes of events. Everything else (queue, order, retries, faults, log) is the sender's. */
export type WebhookDialect<Secrets extends object = object> = {
  /** The header that carries the signature, in lower case, as the log shows it. */
  signature: string
  /** What is subscribed to from the start. */
  topics: readonly string[]
  /** Whether one request may carry several events; it does when a fault says so. */
  batches: boolean
  /** The app that the product is given, whose secret signs. Left out where an API call of the subscriber sets the target. */
  app?(secrets: Secrets): { appId: string; appSecret: string; verifyToken: string }
  eventsOf(context: Context, happening: Happening): WebhookEvent[]
  /** The body of one request, the same on every attempt. */
  bodyOf(context: Context, events: WebhookEvent[]): string
  /** All headers but the length; made anew for each attempt. */
  headersOf(sending: { body: string; secret: string; events: WebhookEvent[]; id: number; at: Date }): Record<string, string>
  /** Asks the subscriber whether it wants these webhooks. Left out where nobody asks. */
  shakeHands?(target: WebhookTarget, challenge: string, signal: AbortSignal): Promise<boolean>
}

/** One attempt to deliver a webhook, and its answer: a status, or 0 and the reason. */
export type DeliveryLog = {
  id: number
  attempt: number
  at: string
  body: string
  signature: string
  status: number
  error: string | null
  answerMs: number
}

type Delivery = { id: number; attempt: number; body: string; events: WebhookEvent[] }

const keptDeliveries = 2_000
const keptWaiting = 20_000
const answerLimitMs = 20_000
/** A batch or shuffle that does not fill up goes out after this. */
const holdMs = 2_000
const defaultPausesMs = [500, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000]

/**
 * Sends what happens on a platform to its subscriber: one signed POST an event (batched only when a
 * fault says so), up to four in flight, retried with growing pauses on anything but a 2xx.
 */
export class Sender {
  target: WebhookTarget | null = null
  /** The topics that are subscribed to. */
  topics: string[]
  pausesMs = defaultPausesMs
  log: DeliveryLog[] = []
  #context: Context
  #dialect: WebhookDialect | undefined
  #waiting: Delivery[] = []
  #held: WebhookEvent[] = []
  #holding: NodeJS.Timeout | undefined
  #inFlight = 0
  #lastId = 0
  #closing = new AbortController()
  #timers = new Set<NodeJS.Timeout>()

  /** Without a dialect nothing is ever sent. */
  constructor(context: Context, platform: string, dialect: WebhookDialect | undefined) {
    this.#context = context
    this.#dialect = dialect
    this.topics = [...(dialect?.topics ?? [])]
    context.world.listen((happening) => {
      if (happening.item.platform !== platform) return
      for (const event of dialect?.eventsOf(context, happening) ?? []) this.tell(event)
    })
  }

  /** What a subscriber with this secret is sent of a happening, without faults: for tests that take it without a server. */
  requestsFor(happening: Happening, secret: string): { headers: Record<string, string>; body: string }[] {
    const dialect = this.#dialect
    if (!dialect) return []
    const events = dialect.eventsOf(this.#context, happening).filter(({ topic }) => this.topics.includes(topic))
    return events.map((event) => {
      const body = dialect.bodyOf(this.#context, [event])
      const headers = dialect.headersOf({ body, secret, events: [event], id: 0, at: this.#context.world.now() })
      return { headers, body }
    })
  }

  /** Sends an event, unless nobody listens to its topic or a fault has it otherwise. */
  tell(event: WebhookEvent): void {
    if (!this.target || !this.topics.includes(event.topic)) return
    const { random } = this.#context.world
    const faults = this.#faults
    if (random() < faults.missing) return
    const copies = random() < faults.duplicate ? 2 : 1
    const send = () => {
      for (let i = 0; i < copies; i += 1) this.#gather(event)
    }
    if (faults.lateMs > 0) this.#later(faults.lateMs, send)
    else send()
  }

  /** Sends the subscription handshake and says whether the subscriber agreed. True where nobody asks. */
  async shakeHands(target: WebhookTarget): Promise<boolean> {
    if (!this.#dialect?.shakeHands) return true
    const challenge = String(Math.floor(this.#context.world.random() * 1e10))
    return this.#dialect.shakeHands(target, challenge, this.#limit()).catch(() => false)
  }

  /** How many webhooks wait for an answer or another attempt. */
  get pending(): number {
    return this.#waiting.length + this.#inFlight + this.#timers.size + this.#held.length
  }

  /** Sends what a batching or reordering fault still holds back. */
  flush(): void {
    const { batch } = this.#faults
    this.#stopHolding()
    const held = this.#held.splice(0)
    if (batch > 1) return held.length > 0 ? this.#enqueue(held) : undefined
    for (let i = held.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.#context.world.random() * (i + 1))
      const [a, b] = [held[i], held[j]]
      if (a && b) [held[i], held[j]] = [b, a]
    }
    for (const event of held) this.#enqueue([event])
  }

  /** Forgets the log and all that waits. */
  clear(): void {
    this.log = []
    this.#waiting = []
    this.#held = []
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  /** Stops sending at once. */
  close(): void {
    this.clear()
    this.target = null
    this.#closing.abort()
  }

  get #faults(): WebhookFaults {
    const faults = this.#context.faults.webhooks
    return this.#dialect?.batches ? faults : { ...faults, batch: 1 }
  }

  #gather(event: WebhookEvent): void {
    const { batch, reorder } = this.#faults
    if (batch <= 1 && reorder <= 1) return this.#enqueue([event])
    this.#held.push(event)
    if (this.#held.length >= Math.max(batch, reorder)) this.flush()
    else if (this.#held.length === 1) this.#holding = this.#later(holdMs, () => this.flush())
  }

  #enqueue(events: WebhookEvent[]): void {
    this.#lastId += 1
    const body = this.#dialect?.bodyOf(this.#context, events) ?? ''
    this.#waiting.push({ id: this.#lastId, attempt: 1, body, events })
    if (this.#waiting.length > keptWaiting) this.#waiting.shift()
    this.#pump()
  }

  #pump(): void {
    while (this.#inFlight < 4) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#inFlight += 1
      void this.#deliver(next).finally(() => {
        this.#inFlight -= 1
        this.#pump()
      })
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const target = this.target
    const dialect = this.#dialect
    if (!target || !dialect) return
    const { id, attempt, body, events } = delivery
    const secret = this.#faults.wrongSignature ? 'wrong' : target.secret
    const at = this.#context.world.now()
    const headers = dialect.headersOf({ body, secret, events, id, at })
    const startedAt = performance.now()
    let status = 0
    let error: string | null = null
    try {
      const answer = await fetch(target.url, { method: 'POST', headers, body, signal: this.#limit() })
      status = answer.status
      await answer.arrayBuffer()
    } catch (reason) {
      error = reason instanceof Error ? reason.message : String(reason)
    }
    const answerMs = Math.round(performance.now() - startedAt)
    const signature = headers[dialect.signature] ?? ''
    this.log.push({ id, attempt, body, at: at.toISOString(), signature, status, error, answerMs })
    if (this.log.length > keptDeliveries) this.log.splice(0, keptDeliveries / 10)
    if (status >= 200 && status < 300) return
    const pauseMs = this.pausesMs[attempt - 1]
    if (pauseMs === undefined || this.#closing.signal.aborted) return
    this.#later(pauseMs, () => {
      this.#waiting.push({ ...delivery, attempt: attempt + 1 })
      this.#pump()
    })
  }

  #stopHolding(): void {
    if (!this.#holding) return
    clearTimeout(this.#holding)
    this.#timers.delete(this.#holding)
    this.#holding = undefined
  }

  #later(delayMs: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, delayMs)
    this.#timers.add(timer)
    return timer
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(answerLimitMs)])
  }
}
