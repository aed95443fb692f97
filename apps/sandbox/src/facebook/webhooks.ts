import { createHmac } from 'node:crypto'
import type { Context } from '../context.ts'
import { changeOf } from './changes.ts'
import type { Change } from './changes.ts'

/** Where webhooks go and how they are signed. */
export type WebhookTarget = { url: string; appSecret: string; verifyToken: string }

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

const keptDeliveries = 2_000
const keptWaiting = 20_000
const answerLimitMs = 20_000
/** A batch or shuffle that does not fill up goes out after this. */
const holdMs = 2_000
const defaultPausesMs = [500, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000]

/**
 * Sends what happens on the Page to the subscriber: one signed POST an event (batched only when a
 * fault says so), up to four in flight, retried with growing pauses on anything but a 2xx.
 */
export class Webhooks {
  target: WebhookTarget | null = null
  /** The Page's subscribed fields (`POST /{page}/subscribed_apps`). */
  fields: string[] = ['feed', 'mention']
  pausesMs = defaultPausesMs
  log: DeliveryLog[] = []
  #context: Context
  #waiting: { id: number; attempt: number; body: string }[] = []
  #held: Change[] = []
  #holding: NodeJS.Timeout | undefined
  #inFlight = 0
  #lastId = 0
  #closing = new AbortController()
  #timers = new Set<NodeJS.Timeout>()

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => {
      const change = changeOf(context, happening)
      if (change) this.#announce(change)
    })
  }

  /** Sends the subscription handshake and says whether the subscriber echoed the challenge. */
  async shakeHands(target: WebhookTarget): Promise<boolean> {
    const challenge = String(Math.floor(this.#context.world.random() * 1e10))
    const url = new URL(target.url)
    url.searchParams.set('hub.mode', 'subscribe')
    url.searchParams.set('hub.challenge', challenge)
    url.searchParams.set('hub.verify_token', target.verifyToken)
    try {
      const answer = await fetch(url, { signal: this.#limit() })
      return answer.status === 200 && (await answer.text()) === challenge
    } catch {
      return false
    }
  }

  /** How many webhooks wait for an answer or another attempt. */
  get pending(): number {
    return this.#waiting.length + this.#inFlight + this.#timers.size + this.#held.length
  }

  /** Sends what a batching or reordering fault still holds back. */
  flush(): void {
    const { batch } = this.#context.faults.webhooks
    this.#stopHolding()
    const held = this.#held.splice(0)
    if (batch > 1) return held.length > 0 ? this.#enqueue(held) : undefined
    for (let i = held.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.#context.world.random() * (i + 1))
      const [a, b] = [held[i], held[j]]
      if (a && b) [held[i], held[j]] = [b, a]
    }
    for (const change of held) this.#enqueue([change])
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

  #announce(change: Change): void {
    if (!this.target || !this.fields.includes(change.field)) return
    const { random } = this.#context.world
    const faults = this.#context.faults.webhooks
    if (random() < faults.missing) return
    const copies = random() < faults.duplicate ? 2 : 1
    const send = () => {
      for (let i = 0; i < copies; i += 1) this.#gather(change)
    }
    if (faults.lateMs > 0) this.#later(faults.lateMs, send)
    else send()
  }

  #gather(change: Change): void {
    const { batch, reorder } = this.#context.faults.webhooks
    if (batch <= 1 && reorder <= 1) return this.#enqueue([change])
    this.#held.push(change)
    if (this.#held.length >= Math.max(batch, reorder)) this.flush()
    else if (this.#held.length === 1) this.#holding = this.#later(holdMs, () => this.flush())
  }

  #enqueue(changes: Change[]): void {
    const time = Math.floor(this.#context.world.clock('facebook') / 1000)
    const id = this.#context.secrets.facebook.pageId
    const entry = changes.map((change) => ({ id, time, changes: [change] }))
    this.#lastId += 1
    const body = JSON.stringify({ object: 'page', entry })
    this.#waiting.push({ id: this.#lastId, attempt: 1, body })
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

  async #deliver(delivery: { id: number; attempt: number; body: string }): Promise<void> {
    const { target } = this
    if (!target) return
    const secret = this.#context.faults.webhooks.wrongSignature ? 'wrong' : target.appSecret
    const signature = sign(secret, delivery.body)
    const startedAt = performance.now()
    let status = 0
    let error: string | null = null
    try {
      const headers = {
        'content-type': 'application/json',
        'x-hub-signature-256': signature,
        'user-agent': 'facebookexternalua',
      }
      const { body } = delivery
      const answer = await fetch(target.url, { method: 'POST', headers, body, signal: this.#limit() })
      status = answer.status
      await answer.arrayBuffer()
    } catch (reason) {
      error = reason instanceof Error ? reason.message : String(reason)
    }
    const at = this.#context.world.now().toISOString()
    const answerMs = Math.round(performance.now() - startedAt)
    this.log.push({ ...delivery, at, signature, status, error, answerMs })
    if (this.log.length > keptDeliveries) this.log.splice(0, keptDeliveries / 10)
    if (status >= 200 && status < 300) return
    const pauseMs = this.pausesMs[delivery.attempt - 1]
    if (pauseMs === undefined || this.#closing.signal.aborted) return
    this.#later(pauseMs, () => {
      this.#waiting.push({ ...delivery, attempt: delivery.attempt + 1 })
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

/** The `X-Hub-Signature-256` of a body: HMAC-SHA256 over the raw bytes with the app secret. */
export function sign(appSecret: string, body: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}
