import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Context } from '../context.ts'
import { readInstallation, replyBucketsSeconds, type Installation } from './installation.ts'

/** Counting all rows costs more than a scrape should: the answer is kept for so long. */
const keptMs = 30_000

/** Figures for Prometheus. What the rows tell is the same from every process; durations and the process itself are this process's own. */
export type Metrics = { contentType: string; write(): Promise<string> }

/**
 * Times every request by its route and knows how to write all figures (Prometheus text format 0.0.4). Labels are platforms, states, routes and status
 * classes: nothing of a person, and nothing whose number grows with use.
 */
export function openMetrics(app: FastifyInstance, ctx: Context): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  timeRequests(app, registry)
  const show = openGauges(registry)
  const steady = openReplies()
  let read: { at: number; installation: Promise<Installation> } | null = null
  return {
    contentType: registry.contentType,
    async write() {
      const at = ctx.now().getTime()
      if (!read || at - read.at >= keptMs || at < read.at) read = { at, installation: readInstallation(ctx) }
      try {
        const installation = await read.installation
        show(installation, await ctx.queue.depth())
        return `${await registry.metrics()}\n${steady(installation.replies)}`
      } catch (error) {
        read = null
        throw error
      }
    },
  }
}

function timeRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'answerback_http_request_duration_seconds',
    help: 'How long requests took, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    // The pattern, never the address: an address holds ids.
    const route = request.routeOptions.url ?? '(none)'
    durations.observe({ method: request.method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1000)
    done()
  })
}

function openGauges(registry: Registry): (installation: Installation, depth: Record<string, number>) => void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name: `answerback_${name}`, help, labelNames, registers: [registry] })
  const waiting = gauge('waiting', 'Conversations in which somebody waits for us.', 'platform')
  const oldest = gauge('oldest_wait_seconds', 'How long the one who waits longest has waited.', 'platform')
  const lag = gauge('ingest_lag_seconds', 'Age of the oldest delivery that is stored and not yet taken in.', 'platform')
  const deliveries = gauge('deliveries', 'Raw deliveries of the last 30 days, by what became of them.', 'platform', 'state')
  const replies = gauge('replies', 'Replies written here, by where they stand.', 'platform', 'state')
  const failures = gauge('send_failures', 'Attempts to send that did not end as sent, by outcome.', 'platform', 'outcome')
  const depth = gauge('queue_depth', 'Jobs that wait or run, by queue.', 'queue')
  const failing = gauge('channels_failing', 'Channels whose last reading failed.', 'platform')
  const polls = gauge('poll_failures', 'Readings that failed one after another, over all channels.', 'platform')
  const reauthorize = gauge('channels_to_reconnect', 'Channels that need to be connected again.', 'platform')
  return (now, jobs) => {
    for (const each of [waiting, oldest, lag, deliveries, replies, failures, depth, failing, polls, reauthorize]) each.reset()
    for (const { platform } of now.polls) for (const each of [waiting, oldest, lag]) each.set({ platform }, 0)
    for (const { platform, count, oldestSeconds } of now.waiting) {
      waiting.set({ platform }, count)
      oldest.set({ platform }, oldestSeconds)
    }
    for (const { platform, seconds } of now.lag) lag.set({ platform }, seconds)
    for (const { count, ...labels } of now.deliveries) deliveries.set(labels, count)
    for (const { count, ...labels } of now.replyStates) replies.set(labels, count)
    for (const { platform, state, count } of now.attempts) failures.set({ platform, outcome: state }, count)
    for (const [queue, count] of Object.entries(jobs)) depth.set({ queue }, count)
    for (const each of now.polls) {
      failing.set({ platform: each.platform }, each.failing)
      polls.set({ platform: each.platform }, each.failures)
    }
    for (const { platform, count } of now.reauthorize) reauthorize.set({ platform }, count)
  }
}

/**
 * The replies' histogram, from all answered turns there are. A counter that falls reads as a restart, so one that does (a comment was deleted, its turn
 * with it) stays where it was until it is passed.
 */
function openReplies(): (replies: Installation['replies']) => string {
  const name = 'answerback_reply_seconds'
  const highest = new Map<string, number>()
  const line = (key: string, value: number) => {
    const shown = Math.max(value, highest.get(key) ?? 0)
    highest.set(key, shown)
    return `${key} ${shown}`
  }
  return (replies) =>
    [
      `# HELP ${name} From somebody's first words to our answer, turns that ended answered.`,
      `# TYPE ${name} histogram`,
      ...replies.flatMap(({ platform, within, count, seconds }) => [
        ...replyBucketsSeconds.map((bound, at) => line(`${name}_bucket{platform="${platform}",le="${bound}"}`, within[at]!)),
        line(`${name}_bucket{platform="${platform}",le="+Inf"}`, count),
        line(`${name}_sum{platform="${platform}"}`, seconds),
        line(`${name}_count{platform="${platform}"}`, count),
      ]),
      '',
    ].join('\n')
}
