import { answersOf } from './answers.ts'
import type { Answer } from './answers.ts'
import { endByAnswer, endByClosing } from './ends.ts'
import type { Scene } from './ends.ts'
import type { History, HistoryMessage, MessageVersion, Turn } from './history.ts'
import { isMaterialEdit } from './material-edit.ts'
import { goneOf, isOwed } from './owed.ts'
import { runsOf, say } from './runs.ts'
import type { ClosingAct, Said } from './runs.ts'
import { byTime, threadOf } from './thread.ts'
import type { Thread } from './thread.ts'
import { endedTurn, restingTurn } from './turn-of-run.ts'

/**
 * The turns of a conversation, by start and then id: who waits or waited for an answer, since when, and how it ended. Pure and total; any
 * order of the input and any repetition by id gives the same. Near n log n.
 *
 * Everything is played back in the order of its instants (by the platform's clock; ours for what was done here). What is said goes to its
 * handle; an answer or closing takes out what it covers, as one turn; what nothing took out at the end is open, moderated or withdrawn.
 */
export function turnsOf(history: History): Turn[] {
  const thread = threadOf(history)
  const scene: Scene = { thread, speakers: new Map(), lastSaid: new Map(), endings: [], speak: (message) => speak(scene, message, history) }
  for (const event of timeline(history, thread)) {
    if (event.kind === 'message') scene.speak(event.message)
    else if (event.kind === 'edit') noteEdit(scene, event.message, event.version)
    else if (event.kind === 'answer') endByAnswer(scene, event.answer)
    else endByClosing(scene, event.closing)
  }

  const likedAt = new Map<string, number>()
  for (const like of history.likes) likedAt.set(like.messageId, Math.max(like.at, likedAt.get(like.messageId) ?? -Infinity))
  const turns: Turn[] = []
  for (const ending of scene.endings) if (ending.said.some((said) => said.owed)) turns.push(endedTurn(ending))
  for (const speaker of scene.speakers.values()) {
    for (const run of speaker.stretches.flatMap(runsOf)) if (run.some((said) => said.owed)) turns.push(restingTurn(run, likedAt))
  }
  return inOrder(turns)
}

type Event = { at: number; rank: number; id: string } & (
  | { kind: 'message'; message: HistoryMessage }
  | { kind: 'edit'; message: HistoryMessage; version: MessageVersion }
  | { kind: 'answer'; answer: Answer }
  | { kind: 'closing'; closing: ClosingAct }
)

/** In one instant: what is said, then its edits, then answers (a person has to have been read to be answered), then closings. */
function timeline(history: History, thread: Thread): Event[] {
  const events: Event[] = []
  for (const message of thread.messages) {
    if (message.ours) continue
    events.push({ kind: 'message', at: message.at, rank: 0, id: message.id, message })
    for (const version of message.versions) {
      if (version.at > message.at) {
        const id = JSON.stringify([message.id, version.text, version.media])
        events.push({ kind: 'edit', at: version.at, rank: 1, id, message, version })
      }
    }
  }
  for (const answer of answersOf(history, thread)) events.push({ kind: 'answer', at: answer.actedAt, rank: 2, id: answer.id, answer })
  const closings = new Map(history.closings.map((closing) => [closing.id, closing]))
  for (const closing of closings.values()) {
    if (closing.reopenedAt !== null) continue
    events.push({ kind: 'closing', at: closing.at, rank: 3, id: closing.id, closing: { ...closing, kind: 'closing', actedAt: closing.at } })
  }
  return events.sort((a, b) => a.at - b.at || a.rank - b.rank || byTime(a, b))
}

/** Hears an inbound message, once: one answered before its own instant (lying clocks) was already heard then. */
function speak(scene: Scene, message: HistoryMessage, history: History): Said {
  const heard = scene.lastSaid.get(message.id)
  if (heard !== undefined) return heard
  let speaker = scene.speakers.get(message.handle)
  if (speaker === undefined) scene.speakers.set(message.handle, (speaker = { handle: message.handle, stretches: [{ said: [] }] }))
  const owed = isOwed(message, history, scene.thread)
  const said = say(speaker, { id: message.id, message, owed, at: message.at, receivedAt: message.receivedAt, gone: goneOf(message) })
  scene.lastSaid.set(message.id, said)
  return said
}

/**
 * A material edit after the answer is said anew, at the time of the edit; what the handle said in between still starts the turn. Before an
 * answer, also after a closing, an edit restarts nothing. The first material edit counts: changing it back does not take it back.
 */
function noteEdit(scene: Scene, message: HistoryMessage, version: MessageVersion): void {
  const said = scene.lastSaid.get(message.id)
  const ending = said?.ending
  if (!said?.owed || !ending || ending.by.kind !== 'answer') return
  const readAt = Math.max(ending.by.actedAt, said.at)
  if (version.at <= readAt || (said.gone !== null && said.gone.at <= version.at)) return
  if (!isMaterialEdit(versionAt(message, readAt), version)) return
  ending.changedSince = true
  const id = `${message.id}:after:${ending.by.id}`
  const speaker = scene.speakers.get(message.handle)!
  scene.lastSaid.set(message.id, say(speaker, { ...said, id, at: version.at, receivedAt: Math.max(version.at, message.receivedAt) }))
}

/** The version that stood at an instant; the first when none is known to have stood then. */
function versionAt(message: HistoryMessage, at: number): MessageVersion {
  const key = (version: MessageVersion) => JSON.stringify([version.text, version.media])
  const versions = message.versions.toSorted((a, b) => byTime({ at: a.at, id: key(a) }, { at: b.at, id: key(b) }))
  return versions.findLast((version) => version.at <= at) ?? versions[0]!
}

function inOrder(turns: Turn[]): Turn[] {
  const seen = new Set<string>()
  const sorted = turns.sort((a, b) => byTime({ at: a.startAt, id: a.id }, { at: b.startAt, id: b.id }))
  for (const turn of sorted) {
    turn.first = !seen.has(turn.handle)
    seen.add(turn.handle)
  }
  return sorted
}
