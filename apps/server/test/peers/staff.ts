import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import type { Conversation, ConversationRow, Reply } from '@answerback/core/api'
import { connectChannel } from '../../src/access/channels.ts'
import { openProcesses, type Processes } from '../processes.ts'
import type { Peer } from './peer.ts'

/** The product beside a peer: its channel connected, a web process that also polls, and workers as a test starts them. */
export type Staff = Processes & {
  /** The conversation in which those words of a fan wait, once they have arrived. */
  waiting(text: string): Promise<ConversationRow>
  /** Answers without the seconds of undo; gives the reply's id. */
  answer(row: ConversationRow, text: string): Promise<string>
  reply(id: string): Promise<Reply>
  thread(row: ConversationRow): Promise<Conversation>
  /** Reads the peer until that is so. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>
  /** Reads the peer once more, from the beginning to the end of a round. */
  readAgain(): Promise<void>
}

/** What a test waits for at most; real time on a machine that does other work too. */
export const soon = { timeout: 60_000, interval: 200 }

/** Opens the product, connects the brand's account, and starts everything but the workers. */
export async function openStaff(peer: Peer): Promise<Staff> {
  const processes = await openProcesses('postgres', { hosts: peer.hosts })
  try {
    await connectChannel(processes.ctx, processes.workspaceId, peer.platform, peer.settings)
    await processes.start('web,poller')
    return { ...processes, ...verbsOf(processes) }
  } catch (error) {
    await processes.close()
    throw error
  }
}

function verbsOf({ ctx, request }: Processes): Omit<Staff, keyof Processes> {
  const rows = async (): Promise<ConversationRow[]> => (await request('GET', '/api/v1/conversations?state=all')).body.items
  /** Now instead of when it is due, as if it had not been read so often. */
  const readNow = () => ctx.db.system.execute(sql`update poll set due_at = now(), used = '{}' where leased_until is null`)
  const readAt = async (): Promise<number> => {
    const { rows } = await ctx.db.system.execute<{ at: number }>(
      sql`select coalesce(extract(epoch from max(last_ok_at)), 0)::float as at from poll`,
    )
    return rows[0]!.at
  }
  const until: Staff['until'] = async (what, isSo) => {
    await expect.poll(async () => (await isSo()) || (await readNow(), false), { ...soon, message: what }).toBe(true)
  }
  return {
    until,
    async readAgain() {
      // The first that ends may have begun before.
      for (const which of ['a round ends', 'another ends']) {
        const before = await readAt()
        await until(which, async () => (await readAt()) > before)
      }
    },
    async waiting(text) {
      let found: ConversationRow | undefined
      await until(`“${text}” arrives`, async () => {
        found = (await rows()).find((row) => row.state === 'waiting' && row.waitingMessage?.text === text)
        return found !== undefined
      })
      return found!
    },
    async answer(row, text) {
      const { status, body } = await request('POST', `/api/v1/conversations/${row.id}/replies`, { text, undoSeconds: 0 }, randomUUID())
      expect(status, JSON.stringify(body)).toBe(202)
      return body.id
    },
    reply: async (id) => (await request('GET', `/api/v1/replies/${id}`)).body,
    thread: async (row) => (await request('GET', `/api/v1/conversations/${row.id}`)).body,
  }
}
