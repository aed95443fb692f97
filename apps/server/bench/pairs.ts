/** What pairs of measurements say. `ratio`: median of subject / baseline over the pairs; `low` and `high` are the smallest and largest. */
export type Paired = { baseline: number; subject: number; ratio: number; low: number; high: number; baselineVariation: number }

/** Above this the machine moved more than the thing measured. */
const baselineVariationMax = 0.25

/** Measures baseline and subject by turns, `pairs` times, so that whatever else the machine does meets both. */
export async function measurePairs(pairs: number, baseline: () => Promise<number>, subject: () => Promise<number>): Promise<Paired> {
  const baselines: number[] = []
  const subjects: number[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    baselines.push(await baseline())
    subjects.push(await subject())
  }
  return comparePairs(baselines, subjects)
}

/** The same for measurements already taken, one of each a pair. */
export function comparePairs(baselines: number[], subjects: number[]): Paired {
  const ratios = subjects.map((value, index) => value / baselines[index]!)
  const mean = baselines.reduce((sum, value) => sum + value, 0) / baselines.length
  const spread = Math.sqrt(baselines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / baselines.length)
  return {
    baseline: quantile(baselines, 0.5),
    subject: quantile(subjects, 0.5),
    ratio: quantile(ratios, 0.5),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
    baselineVariation: spread / mean,
  }
}

/** The spread of the pairs in words, with a warning when the baseline moved too much to be believed. */
export function describePairs(paired: Paired): string {
  const { ratio, low, high, baselineVariation } = paired
  const warning =
    baselineVariation > baselineVariationMax ? ' (UNSURE: the baseline itself varied this much, run again on a quieter machine)' : ''
  return `ratio ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}), baseline varied by ${Math.round(baselineVariation * 100)} %${warning}`
}

/** Nearest-rank quantile, `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!
}

export type Verdict = { name: string; ratio: number; op: '>=' | '<='; goal: number }

/** The line that tools read. */
export function sayVerdict({ name, ratio, op, goal }: Verdict): void {
  console.log(`${name} ratio=${ratio.toFixed(2)} goal=${op}${goal.toFixed(2)} ${isMet({ name, ratio, op, goal }) ? 'met' : 'missed'}`)
}

function isMet({ ratio, op, goal }: Verdict): boolean {
  return op === '>=' ? ratio >= goal : ratio <= goal
}

/** The verdict that is furthest from its goal, under another name. */
export function worst(name: string, verdicts: Verdict[]): Verdict {
  const reach = ({ ratio, op, goal }: Verdict) => (op === '>=' ? ratio / goal : goal / ratio)
  return { ...verdicts.toSorted((a, b) => reach(a) - reach(b))[0]!, name }
}
