import type { Answer } from './answers.ts'
import type { HistoryMessage } from './history.ts'
import { runsOf, runWith, separate } from './runs.ts'
import type { ClosingAct, Ending, Said, Speaker } from './runs.ts'
import type { Thread } from './thread.ts'

/** The conversation while it is played back. */
export type Scene = {
  thread: Thread
  speakers: Map<string, Speaker>
  /** By message: the latest thing said by it (the message, or its last edit after an answer). */
  lastSaid: Map<string, Said>
  endings: Ending[]
  speak: (message: HistoryMessage) => Said
}

/**
 * Ends the one turn that the answer is for, or none. It always separates what its person said before it from what comes after, even when
 * it ended nothing: it was an answer to them.
 */
export function endByAnswer(scene: Scene, answer: Answer): void {
  if (answer.threadOnly) return endInferred(scene, answer)
  const { target } = answer
  if (target === null) return
  // One that the clocks put later is heard now only when the answer names it itself.
  if (answer.direct) scene.speak(target)
  const speaker = scene.speakers.get(target.handle)
  if (speaker === undefined) return
  const ended = endTurnOf(scene, answer, target)
  // A native answer is for its parent's author: what else that person has open. What is sent here is for the message chosen, and no other.
  if (!ended && answer.source === 'native') endRun(scene, answer, openRun(speaker, answer), null)
  separate(speaker)
}

/** Ends the open turn of the message that the closing names. It undoes no other end. */
export function endByClosing(scene: Scene, closing: ClosingAct): void {
  const named = scene.thread.byId.get(closing.messageId)
  if (named === undefined || named.ours) return
  const said = scene.speak(named)
  if (said.ending === null && endRun(scene, closing, runWith(said), said)) separate(scene.speakers.get(named.handle)!)
}

/**
 * Where the platform names only the thread: the tagged handle, else the only open turn, else the thread's author. A tag decides alone, also
 * when that person has nothing open, since crediting it to somebody else could only flatter. A guess beats no closing.
 */
function endInferred(scene: Scene, answer: Answer): void {
  const { root } = scene.thread
  // Whoever started a thread only later was not its author then.
  const author = root !== null && root.at <= answer.at ? root.handle : null
  const handle = answer.tags ?? onlyOpen(scene, answer)?.handle ?? author
  const speaker = handle === null ? undefined : scene.speakers.get(handle)
  if (speaker === undefined) return
  endRun(scene, answer, openRun(speaker, answer), null)
  separate(speaker)
}

/** The person with the only open turn that the answer could end; null when nobody or several wait. */
function onlyOpen(scene: Scene, answer: Answer): Speaker | null {
  let only: Speaker | null = null
  let count = 0
  for (const speaker of scene.speakers.values()) {
    count += openRuns(speaker, answer, 2).length
    if (count > 1) return null
    if (count === 1) only ??= speaker
  }
  return only
}

/** Ends the turn that holds `target`; a closed one too, since an answer beats a closing. False when it was answered, gone or not covered. */
function endTurnOf(scene: Scene, answer: Answer, target: HistoryMessage): boolean {
  const said = scene.lastSaid.get(target.id)
  if (said === undefined) return false
  if (said.ending === null) return endRun(scene, answer, runWith(said), answer.direct ? said : null)
  const closed = said.ending
  if (closed.by.kind !== 'closing') return false
  const ending = coverage(closed.said, answer, answer.direct ? said : null)
  if (!ending) return false
  closed.said = closed.said.filter((one) => !ending.said.includes(one))
  record(scene, ending)
  return true
}

/** Takes out of the run what the act covers. What existed by then and had not reached us stays, and was found late. */
function endRun(scene: Scene, by: Answer | ClosingAct, run: Said[] | null, target: Said | null): boolean {
  if (run === null) return false
  const ending = coverage(run, by, target)
  if (!ending) return false
  const taken = new Set(ending.said)
  const { stretch } = run[0]!
  stretch.said = stretch.said.filter((said) => !taken.has(said))
  if (by.kind === 'closing' || by.source === 'here') {
    for (const said of run) if (!taken.has(said) && said.receivedAt > by.actedAt) said.foundLate = true
  }
  record(scene, ending)
  return true
}

function record(scene: Scene, ending: Ending): void {
  for (const said of ending.said) said.ending = ending
  scene.endings.push(ending)
}

/** What of the run the act covers, as an ending; null when that holds nothing owed that was still there (the first end counts). */
function coverage(run: Said[], by: Answer | ClosingAct, target: Said | null): Ending | null {
  const said = run.filter((one) => covers(by, one, target))
  const at = target === null ? by.at : Math.max(by.at, target.at)
  const reached = said.some((one) => one.owed && (one.gone === null || one.gone.at >= at))
  return reached ? { by, at, said, changedSince: false } : null
}

/**
 * Here and for closings: what had reached us when we acted. Native: what stood on the platform by then. The message replied to or named is
 * covered whatever the clocks say. A private message is answered only privately; a private answer to a public one has to be tied to an item.
 */
function covers(by: Answer | ClosingAct, said: Said, target: Said | null): boolean {
  if (by.kind === 'answer') {
    if (said.message.private && !by.message.private) return false
    if (!said.message.private && by.message.private && by.threadOnly) return false
  }
  if (said === target) return true
  return by.kind === 'answer' && by.source === 'native' ? said.at <= by.at : said.receivedAt <= by.actedAt
}

function openRun(speaker: Speaker, answer: Answer): Said[] | null {
  return openRuns(speaker, answer, 1)[0] ?? null
}

/** The handle's runs that the answer could end, oldest first, at most `limit`. */
function openRuns(speaker: Speaker, answer: Answer, limit: number): Said[][] {
  const found: Said[][] = []
  for (const stretch of speaker.stretches) {
    if (stretch.said.length === 0) continue
    for (const run of runsOf(stretch)) {
      if (coverage(run, answer, null)) found.push(run)
      if (found.length >= limit) return found
    }
  }
  return found
}
