import { fileURLToPath, pathToFileURL } from 'node:url'
import { existsSync } from 'node:fs'
import { readFixtures } from '@answerback/platforms/conformance/fixture'
import type { Platform } from '@answerback/platforms/platform'
import { platforms } from '@answerback/platforms/registry'
import { describePairs, measurePairs, sayVerdict, worst, type Verdict } from './pairs.ts'

const pairs = 5
const turnMs = 300
const factsPerSecondGoal = 20_000
/** Reading a body into facts may take so many times what parsing it takes. */
const parsesGoal = 25

/** Every adapter's fixtures, again and again on one core: facts a second, and how that compares with JSON.parse of the same bodies. Seconds are the processor's. */
export default async function normalize(): Promise<void> {
  const speeds: Verdict[] = []
  const parses: Verdict[] = []
  for (const platform of platforms) {
    const folder = fileURLToPath(new URL(`../../../packages/platforms/src/${platform.id}/fixtures/`, import.meta.url))
    if (!existsSync(folder)) continue
    const { factsPerBody, perSecond, paired } = await measure(platform, pathToFileURL(folder))
    const factsPerSecond = factsPerBody * perSecond
    speeds.push({ name: platform.id, ratio: factsPerSecond / factsPerSecondGoal, op: '>=', goal: 1 })
    parses.push({ name: platform.id, ratio: 1 / paired.ratio, op: '<=', goal: parsesGoal })
    console.log(
      `${platform.id}: ${Math.round(factsPerSecond)} facts/s, ${factsPerBody.toFixed(1)} a body; against JSON.parse ${describePairs(paired)}`,
    )
  }
  sayVerdict(worst('normalize-parse', parses))
  sayVerdict(worst('normalize', speeds))
}

async function measure(platform: Platform, folder: URL) {
  const deliveries = readFixtures(folder).map((each) => each.delivery)
  const self = { accountId: '1100220033', handle: 'brand', ownedIds: ['1100220033'], host: 'example.org' }
  let facts = 0
  for (const delivery of deliveries) facts += platform.normalize(delivery, self).facts.length
  const parse = (): void => {
    for (const { body } of deliveries) parseOrNot(body)
  }
  const read = (): void => {
    for (const delivery of deliveries) platform.normalize(delivery, self)
  }
  const paired = await measurePairs(
    pairs,
    async () => roundsPerSecond(parse),
    async () => roundsPerSecond(read),
  )
  return { factsPerBody: facts / deliveries.length, perSecond: paired.subject * deliveries.length, paired }
}

function parseOrNot(body: string): void {
  try {
    JSON.parse(body)
  } catch {
    // A fixture may be of something that is not JSON.
  }
}

/** By the processor's clock: what else the machine does meanwhile does not count. */
function roundsPerSecond(round: () => void): number {
  const before = process.cpuUsage()
  let rounds = 0
  for (;;) {
    for (let each = 0; each < 20; each += 1) round()
    rounds += 20
    const { user, system } = process.cpuUsage(before)
    if (user + system >= turnMs * 1_000) return (rounds * 1_000_000) / (user + system)
  }
}
