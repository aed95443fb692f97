import type { Turn } from './history.ts'
import { quantileOf } from './kaplan-meier.ts'
import type { Observation, Quantile } from './kaplan-meier.ts'

/** Milliseconds, UTC. `targetMs`: in calendar time, one for all or by turn (the strictest it ever had). */
export type FigureOptions = { now: number; targetMs: number | ((turn: Turn) => number) }

/** Every turn in exactly one place, so that each figure opens to its rows and shows what stands outside it. */
export type Population = {
  /** Together the owed turns. `late`: set aside as not owed, moderated as spam or withdrawn only once their target had passed. */
  answered: Turn[]
  open: Turn[]
  declined: Turn[]
  late: Turn[]
  /** Outside: on time, and why. */
  notOwed: Turn[]
  moderated: Turn[]
  withdrawn: Turn[]
}

/** `share` is null where there is nothing to share. */
export type Rate = { part: number; whole: number; share: number | null }

export function populationOf(turns: readonly Turn[], options: FigureOptions): Population {
  const population: Population = { answered: [], open: [], declined: [], late: [], notOwed: [], moderated: [], withdrawn: [] }
  for (const turn of turns) population[placeOf(turn, options)].push(turn)
  return population
}

export function owedOf(population: Population): Turn[] {
  return [...population.answered, ...population.open, ...population.declined, ...population.late]
}

/** Answered of the owed turns. Follow-through is this over the turns of one post. */
export function answerRate(population: Population): Rate {
  return rate(population.answered.length, owedOf(population).length)
}

/** Answered of all turns, whatever became of them. */
export function strictAnswerRate(population: Population): Rate {
  return rate(population.answered.length, allOf(population).length)
}

/** Answered, closed or moderated of all turns. Never shown without the answer rate. */
export function handledRate(population: Population): Rate {
  const all = allOf(population)
  return rate(all.filter((turn) => turn.state === 'answered' || turn.state === 'closed' || turn.state === 'moderated').length, all.length)
}

export type ResponseTimes = { median: Quantile; p75: Quantile; p90: Quantile; p95: Quantile }

/**
 * Response times over the owed turns by the Kaplan-Meier estimator; null without any. `elapsedMs` measures: wall time unless a business
 * clock is given. For first or next response times, pass the population of the turns with that `first`. A late end is censored where it
 * ended, so in the instant of the act no quantile moves; from then on it stops growing, as an open turn would not.
 */
export function responseTimes(population: Population, options: FigureOptions, elapsedMs: ElapsedMs = wallMs): ResponseTimes | null {
  const observations = [
    ...population.answered.map((turn) => observe('answered', turn, turn.endAt, elapsedMs)),
    ...population.open.map((turn) => observe('censored', turn, options.now, elapsedMs)),
    ...population.late.map((turn) => observe('censored', turn, turn.endAt, elapsedMs)),
    ...population.declined.map((turn) => observe('never', turn, options.now, elapsedMs)),
  ]
  if (observations.length === 0) return null
  const at = (share: number) => quantileOf(observations, share)
  return { median: at(0.5), p75: at(0.75), p90: at(0.9), p95: at(0.95) }
}

/** Milliseconds between two instants by some clock. */
export type ElapsedMs = (fromMs: number, toMs: number) => number

/** Of the owed turns that are due or answered, those answered within their target; `pending` are owed and neither. */
export function withinTarget(population: Population, options: FigureOptions): Rate & { pending: number } {
  const owed = owedOf(population)
  const pending = owed.filter((turn) => turn.state !== 'answered' && options.now - turn.startAt < targetOf(turn, options))
  const within = population.answered.filter((turn) => lasted(turn) <= targetOf(turn, options))
  return { ...rate(within.length, owed.length - pending.length), pending: pending.length }
}

/** What was set aside counts as late from the very instant it was due, as a waiting turn does. */
function placeOf(turn: Turn, options: FigureOptions): keyof Population {
  if (turn.state === 'answered' || turn.state === 'open') return turn.state
  if (turn.closedClass === 'declined') return 'declined'
  if (lasted(turn) >= targetOf(turn, options)) return 'late'
  return turn.state === 'closed' ? 'notOwed' : turn.state
}

function targetOf(turn: Turn, options: FigureOptions): number {
  return typeof options.targetMs === 'number' ? options.targetMs : options.targetMs(turn)
}

function lasted(turn: Turn): number {
  return wallMs(turn.startAt, turn.endAt ?? turn.startAt)
}

function wallMs(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs)
}

function observe(kind: Observation['kind'], turn: Turn, untilMs: number | null, elapsedMs: ElapsedMs): Observation {
  return { kind, ms: Math.max(0, elapsedMs(turn.startAt, untilMs ?? turn.startAt)) }
}

function allOf(population: Population): Turn[] {
  return Object.values(population).flat()
}

function rate(part: number, whole: number): Rate {
  return { part, whole, share: whole === 0 ? null : part / whole }
}
