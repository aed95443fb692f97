import { z } from 'zod'
import { Problem } from '@answerback/core/problem'

/** Where a keyset page ends: the sort key of its last row (ISO instant) and its id. Opaque outside. */
export type Cursor = { at: string; id: string }

const shape = z.tuple([z.iso.datetime(), z.uuid()])

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url')
}

/** Throws `bad_request` naming `cursor` when it is not one that we gave. */
export function readCursor(text: string): Cursor {
  try {
    const [at, id] = shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    return { at, id }
  } catch {
    throw new Problem('bad_request', 'cursor: take it from `nextCursor` of the page before, or leave it out.', {
      invalidParams: [{ name: 'cursor', reason: 'not one that was given out' }],
    })
  }
}
