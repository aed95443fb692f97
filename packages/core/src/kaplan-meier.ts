/**
 * One wait. `answered` after `ms`; `censored`: at least `ms`, then we stopped looking; `never`: it will not be answered, and had lasted `ms`
 * when looked at.
 */
export type Observation = { kind: 'answered' | 'censored' | 'never'; ms: number }

/** `reached` false: shown as "more than `ms`", the longest wait there is. */
export type Quantile = { ms: number; reached: boolean }

/**
 * The time by which a share of waits (0 to 1) is answered: the product-limit estimate of Kaplan and Meier, "Nonparametric Estimation from
 * Incomplete Observations", 1958. A wait censored in the instant of an answer still counts as waiting then. At least one observation.
 */
export function quantileOf(observations: readonly Observation[], share: number): Quantile {
  const longestMs = observations.reduce((longest, one) => Math.max(longest, one.ms), 0)
  const sorted = observations.filter((one) => one.kind !== 'never').sort((a, b) => a.ms - b.ms)
  let waiting = observations.length
  let surviving = 1
  for (let index = 0; index < sorted.length;) {
    const { ms } = sorted[index]!
    let answered = 0
    let leaving = 0
    for (; index < sorted.length && sorted[index]!.ms === ms; index += 1) {
      leaving += 1
      if (sorted[index]!.kind === 'answered') answered += 1
    }
    surviving *= 1 - answered / waiting
    waiting -= leaving
    // Products of fractions miss a border such as 1/2 by a hair.
    if (answered > 0 && surviving <= 1 - share + 1e-9) return { ms, reached: true }
  }
  return { ms: longestMs, reached: false }
}
