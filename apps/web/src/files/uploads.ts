import type { MediaLimit } from '@answerback/core/reply-limit'
import { useSyncExternalStore } from 'react'
import { ApiProblem, change } from '../api/call.ts'
import { uploadFile } from '../api/upload.ts'
import { draftOf, setDraft, setDraftFile } from '../drafts/use-draft.ts'
import { type Unfit, unfitBeside, unfitTogether } from './fits.ts'
import { rememberPicture } from './pictures.ts'
import { type Prepared, prepareFile, typeOf, unfitBySize } from './prepare.ts'

/** Whose draft a file belongs to. */
export type Place = { userId: string; conversationId: string; limit: MediaLimit }
/** A file of a draft, by the key that it has there. */
type Chosen = { key: string; file: File }
/** How a file fares on its way to the server. `share`: how much is out, 0 to 1. `problem`: why it failed. */
export type Underway = {
  state: 'preparing' | 'uploading' | 'done' | 'failed'
  share: number
  problem: ApiProblem | null
  picture: string | null
  shrunkFrom: number | null
}
/** Files that were not taken, and why; one entry a reason. */
type LeftOut = { names: readonly string[]; unfit: Unfit }

const nothingLeftOut: readonly LeftOut[] = []
type Held = Underway & { prepared: Prepared | null; stop: AbortController }
const underway = new Map<string, Held>()
const leftOut = new Map<string, readonly LeftOut[]>()
const listeners = new Set<() => void>()
const begun = { state: 'preparing', share: 0, problem: null, picture: null, shrunkFrom: null, prepared: null } as const
/** Pictures are drawn one after another: several large ones at once are more than a phone holds. */
let drawing: Promise<unknown> = Promise.resolve()

/**
 * Gets files ready that stand in a draft already, and sends them to the server, which goes on wherever the person goes. What does not fit is left out, which
 * `useLeftOut` tells.
 */
export async function addFiles(place: Place, chosen: readonly Chosen[]): Promise<void> {
  for (const { key } of chosen) underway.set(key, { ...begun, stop: new AbortController() })
  forgetLeftOut(place.conversationId)
  const types = await Promise.all(chosen.map(({ file }) => typeOf(file)))
  chosen.forEach(({ key, file }, index) => {
    const { files } = draftOf(place.userId, place.conversationId)
    const at = files.findIndex((each) => each.key === key)
    // It was removed meanwhile.
    if (at === -1) return
    const type = types[index]!
    const there = files.slice(0, at).map((each) => each.type)
    const unfit = unfitBeside(place.limit, type, there) ?? unfitBySize(file, type, place.limit)
    if (unfit !== null) {
      removeFile(place, key)
      return leaveOut(place, file.name, unfit)
    }
    setDraftFile(place.userId, place.conversationId, key, { type })
    drawing = drawing.then(() => prepare(place, key, file, type))
  })
}

/** Sends a file again that did not get through. */
export async function retryFile(place: Place, key: string): Promise<void> {
  const held = underway.get(key)
  if (held?.prepared == null || held.state !== 'failed') return
  const { blob, type, name, picture } = held.prepared
  const { signal } = held.stop
  tell(key, { state: 'uploading', share: 0, problem: null })
  try {
    const upload = await uploadFile({ blob, type, name, idempotencyKey: key, signal, onShare: (share) => tell(key, { share }) })
    rememberPicture(upload.id, picture)
    // Its bytes are the server's to keep from here on.
    tell(key, { state: 'done', share: 1, prepared: null })
    const { id: uploadId, type: real, name: called } = upload
    setDraftFile(place.userId, place.conversationId, key, { uploadId, type: real, name: called })
    // What it is only its bytes tell, and the server reads them all.
    if (place.limit.types[real] === undefined) {
      removeFile(place, key)
      leaveOut(place, called, { why: 'type' })
    }
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof ApiProblem)) throw error
    tell(key, { state: 'failed', problem: error })
  }
}

/** Takes a file out of a draft, here and on the server. */
export function removeFile(place: Pick<Place, 'userId' | 'conversationId'>, key: string): void {
  const { files } = draftOf(place.userId, place.conversationId)
  const file = files.find((each) => each.key === key)
  setDraft(place.userId, place.conversationId, { files: files.filter((each) => each.key !== key) })
  underway.get(key)?.stop.abort()
  underway.delete(key)
  // It would go by itself within a day: nothing is to be said when this does not get through.
  if (file?.uploadId != null) change({ method: 'DELETE', path: `/uploads/${file.uploadId}` }).catch(() => null)
}

/** How a file fares; null for one that this page has not sent. */
export function useUnderway(key: string): Underway | null {
  return useSyncExternalStore(subscribe, () => underway.get(key) ?? null)
}

/** What was left out when files were last added to this draft. */
export function useLeftOut(conversationId: string): readonly LeftOut[] {
  return useSyncExternalStore(subscribe, () => leftOut.get(conversationId) ?? nothingLeftOut)
}

export function forgetLeftOut(conversationId: string): void {
  leftOut.delete(conversationId)
  for (const listener of listeners) listener()
}

async function prepare(place: Place, key: string, file: File, type: string): Promise<void> {
  if (!underway.has(key)) return
  // What a browser cannot draw, for want of memory too, must not keep those that come after it.
  const outcome = await prepareFile(file, type, place.limit).catch((): Unfit => ({ why: 'unreadable' }))
  if (!underway.has(key)) return
  const prepared = 'why' in outcome ? outcome : (unfitTogether(place.limit, outcome.blob.size, preparedBytes(place)) ?? outcome)
  if ('why' in prepared) {
    removeFile(place, key)
    return leaveOut(place, file.name, prepared)
  }
  const { picture, shrunkFrom } = prepared
  setDraftFile(place.userId, place.conversationId, key, { type: prepared.type, name: prepared.name, bytes: prepared.blob.size })
  tell(key, { state: 'failed', prepared, picture, shrunkFrom })
  void retryFile(place, key)
}

/** What the files of a draft weigh that are ready; what the others will weigh is not known yet. */
function preparedBytes({ userId, conversationId }: Place): number[] {
  return draftOf(userId, conversationId)
    .files.filter((each) => underway.get(each.key)?.state !== 'preparing')
    .map((each) => each.bytes)
}

function leaveOut({ conversationId }: Place, name: string, unfit: Unfit): void {
  const before = leftOut.get(conversationId) ?? nothingLeftOut
  const alike = before.find((each) => each.unfit.why === unfit.why)
  leftOut.set(
    conversationId,
    alike === undefined
      ? [...before, { names: [name], unfit }]
      : before.map((each) => (each === alike ? { ...each, names: [...each.names, name] } : each)),
  )
  for (const listener of listeners) listener()
}

/** Nothing happens for one that was removed meanwhile. */
function tell(key: string, change: Partial<Held>): void {
  const held = underway.get(key)
  if (held === undefined) return
  underway.set(key, { ...held, ...change })
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
