import type { Answer } from './answers.ts'
import type { Closing, HistoryMessage } from './history.ts'
import type { Gone } from './owed.ts'

/** One thing a handle said: an inbound message, or a material edit of one that was already answered. Context is said too, but not owed. */
export type Said = {
  /** The message's id; of an edit `<message id>:after:<answer id>`. */
  id: string
  message: HistoryMessage
  owed: boolean
  at: number
  receivedAt: number
  gone: Gone | null
  /** It existed when we acted on what came before, and we did not hold it. */
  foundLate: boolean
  stretch: Stretch
  ending: Ending | null
}

/** What a handle said between two things that separate runs, and that no answer or closing has covered; in order of time. */
export type Stretch = { said: Said[] }

/** All stretches of one handle, oldest first; the last is the one it still adds to. */
export type Speaker = { handle: string; stretches: Stretch[] }

/** An answer or closing with all that it ended: one turn, or only context. */
export type Ending = { by: Answer | ClosingAct; at: number; said: Said[]; changedSince: boolean }
export type ClosingAct = Closing & { kind: 'closing'; actedAt: number }

/** Adds to the handle's last stretch. */
export function say(speaker: Speaker, what: Omit<Said, 'foundLate' | 'stretch' | 'ending'>): Said {
  const stretch = speaker.stretches.at(-1)!
  const said: Said = { ...what, foundLate: false, stretch, ending: null }
  stretch.said.push(said)
  return said
}

/** What the handle says from here on belongs to another run. */
export function separate(speaker: Speaker): void {
  speaker.stretches = speaker.stretches.filter((stretch) => stretch.said.length > 0)
  speaker.stretches.push({ said: [] })
}

/**
 * The runs of a stretch, in order. A run also ends where everything owed in it was gone before the handle spoke again: that person had
 * nothing waiting, and joining the two would let a late withdrawal vanish into the next turn.
 */
export function runsOf(stretch: Stretch): Said[][] {
  const runs: Said[][] = []
  let run: Said[] = []
  let lastGoneAt = -Infinity
  for (const said of stretch.said) {
    if (said.owed && lastGoneAt > -Infinity && lastGoneAt <= said.at) {
      runs.push(run)
      run = []
      lastGoneAt = -Infinity
    }
    run.push(said)
    if (said.owed) lastGoneAt = Math.max(lastGoneAt, said.gone?.at ?? Infinity)
  }
  if (run.length > 0) runs.push(run)
  return runs
}

/** The run that holds it. Only for what nothing has ended. */
export function runWith(said: Said): Said[] {
  return runsOf(said.stretch).find((run) => run.includes(said))!
}
