import { eq, inArray, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { z } from 'zod'
import { Problem } from '@answerback/core/problem'
import type { chosenMedia, ReplyMedia, Upload } from '@answerback/core/reply-api'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'
import { isSaidRight, kindOf, knownTypes, plainType } from '../http/file-kind.ts'

/** So many files that no reply has taken, in one workspace. They go by themselves within a day. */
const maxUnused = 500

type Given = { type: string; name: string; data: Buffer }

/**
 * Keeps a file until a reply takes it, a day at most. What it is its bytes say, not its name. Throws `file_type_not_taken` for what no platform could be given, `file_not_readable` when the
 * bytes are something else than was said or end too early, `rate_limited`.
 */
export async function keepUpload(ctx: Context, by: { id: string; workspaceId: string }, given: Given): Promise<Upload> {
  const { type, width, height } = readKind(given)
  const about = { id: uuidv7(), type, name: cleanName(given.name, type), bytes: given.data.length, width, height }
  await ctx.db.inWorkspace(by.workspaceId, async (tx) => {
    const [unused] = (await tx.execute<{ count: number }>(sql`select count(*)::int as count from upload where reply_id is null`)).rows
    if (unused!.count >= maxUnused)
      throw new Problem('rate_limited', `${maxUnused} files wait here for a reply to go with. Send or remove some of them first.`)
    await tx.insert(t.upload).values({ ...about, workspaceId: by.workspaceId, byId: by.id, data: given.data, createdAt: ctx.now() })
  })
  return about
}

/** Removes a file that no reply uses; one of a reply that was taken back is not in use. Throws `not_found`, `too_late`. */
export async function dropUpload(change: Change, id: string): Promise<void> {
  const [row] = await foundUploads(change, [id])
  if (!row) throw new Problem('not_found', 'There is no such file, or it is not kept any more.')
  if (!row.free) throw new Problem('too_late', 'A reply uses this file.')
  await change.tx.delete(t.upload).where(eq(t.upload.id, id))
}

/**
 * Gives these files to a reply, in this order, and frees those it had and has no more. A file that another reply uses is copied, so that each has its own.
 * Throws `bad_request` naming the file that is not here any more or is named twice.
 */
export async function takeUploads(change: Change, replyId: string, chosen: z.infer<typeof chosenMedia>): Promise<ReplyMedia[]> {
  const ids = chosen.map((each) => each.uploadId)
  const found = new Map((await foundUploads(change, ids)).map((row) => [row.id, row]))
  chosen.forEach(({ uploadId }, index) => {
    if (!found.has(uploadId)) refuse(index, 'is not here', `this file is not here any more. Attach it again.`)
    if (ids.indexOf(uploadId) !== index) refuse(index, 'is named twice', 'this file is named twice.')
  })
  await change.tx.update(t.upload).set({ replyId: null }).where(eq(t.upload.replyId, replyId))
  const taken: ReplyMedia[] = []
  for (const { uploadId, alt } of chosen) {
    const { free, replyId: of, ...about } = found.get(uploadId)!
    const id = free || of === replyId ? uploadId : await copyUpload(change, uploadId)
    await change.tx.update(t.upload).set({ replyId }).where(eq(t.upload.id, id))
    taken.push({ ...about, id, alt: (alt ?? '').replaceAll('\0', '').toWellFormed().trim() })
  }
  return taken
}

/** A file of this workspace with its bytes; null when it is not kept (any more). */
export function readUpload(ctx: Context, workspaceId: string, id: string): Promise<Given | null> {
  return ctx.db.inWorkspace(workspaceId, async (tx) => {
    const [row] = await tx
      .select({ type: t.upload.type, name: t.upload.name, data: t.upload.data })
      .from(t.upload)
      .where(eq(t.upload.id, id))
    return row ?? null
  })
}

/**
 * Drops files that no reply took, and those of replies taken back, after a day; those of replies that ended otherwise after thirty: the platform shows what was sent, and a reply that failed may
 * be tried again until then. Returns how many.
 */
export async function dropOldUploads(ctx: Context): Promise<number> {
  const before = (days: number) => sql`${new Date(ctx.now().getTime() - days * 86_400_000).toISOString()}::timestamptz`
  const { rowCount } = await ctx.db.system.execute(sql`
    delete from upload where (reply_id is null and created_at < ${before(1)})
      or exists (select from reply r where r.id = reply_id and (
        (r.state = 'cancelled' and r.ended_at < ${before(1)}) or (r.state in ('sent', 'rejected', 'needs_check') and r.ended_at < ${before(30)})))`)
  return rowCount ?? 0
}

type Found = Upload & { replyId: string | null; free: boolean }

async function foundUploads(change: Change, ids: string[]): Promise<Found[]> {
  if (ids.length === 0) return []
  const { id, type, name, bytes, width, height, replyId } = t.upload
  return change.tx
    .select({
      ...{ id, type, name, bytes, width, height, replyId },
      free: sql<boolean>`${replyId} is null or exists (select from ${t.reply} where ${t.reply.id} = ${replyId} and ${t.reply.state} = 'cancelled')`,
    })
    .from(t.upload)
    .where(inArray(id, ids))
    .for('update')
}

async function copyUpload(change: Change, uploadId: string): Promise<string> {
  const id = uuidv7()
  await change.tx.execute(sql`
    insert into upload (id, workspace_id, by_id, type, name, width, height, bytes, data, created_at)
    select ${id}, workspace_id, by_id, type, name, width, height, bytes, data, created_at from upload where id = ${uploadId}`)
  return id
}

function readKind({ type: said, data }: Given): { type: string; width: number | null; height: number | null } {
  const wanted = plainType(said)
  const anything = wanted === '' || wanted === 'application/octet-stream'
  if (!anything && !knownTypes.includes(wanted))
    throw new Problem('file_type_not_taken', `Content-Type: ${wanted} cannot go out with a reply. Send one of ${knownTypes.join(', ')}.`, {
      invalidParams: [{ name: 'Content-Type', reason: 'no platform takes it' }],
    })
  const unreadable = (reason: string, words: string) =>
    new Problem('file_not_readable', `body: ${words}`, { invalidParams: [{ name: 'body', reason }] })
  if (data.length === 0) throw unreadable('is empty', 'the file is empty. Choose it again.')
  const kind = kindOf(data)
  if (kind === null)
    throw unreadable(
      'is of no known type',
      `this is nothing that is known here${anything ? '' : `, though it is called ${wanted}`}. Save it as JPEG, PNG or MP4, for example.`,
    )
  if (!anything && !isSaidRight(wanted, kind.type))
    throw unreadable(`is ${kind.type}`, `the file is called ${wanted} and its bytes are ${kind.type}. Send it as what it is.`)
  if (!kind.whole || (kind.type.startsWith('image/') && kind.width === null))
    throw unreadable('is damaged', 'the file is damaged or ends too early. Choose it again, or save it anew.')
  return kind
}

/** The last part of a path, without what cannot be seen or turns the writing round. */
function cleanName(name: string, type: string): string {
  const last = name.toWellFormed().split(/[/\\]/).at(-1)!
  const plain = Array.from(last.replace(/[\p{Cc}\p{Cf}]/gu, '').trim())
    .slice(-120)
    .join('')
  return plain === '' ? `file.${type.split('/')[1]}` : plain
}

function refuse(index: number, reason: string, words: string): never {
  throw new Problem('bad_request', `media.${index}.uploadId: ${words}`, { invalidParams: [{ name: `media.${index}.uploadId`, reason }] })
}
