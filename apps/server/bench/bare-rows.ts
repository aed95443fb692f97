import { createHash } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { uuidv7 } from 'uuidv7'
import { signedComments, type CommentBurst } from './comment.ts'

/**
 * The ceiling that PostgreSQL sets: the same bodies in the same table, `connections` of them at a time in one INSERT with its commit, one after another,
 * without HTTP, signatures or queue. That many are the most that so many clients can have waiting. Bodies a second.
 */
export async function storeBareRows(database: ClientConfig, burst: CommentBurst & { connections: number }): Promise<number> {
  const { requests } = signedComments(burst)
  const client = new Client(database)
  await client.connect()
  try {
    const startedAt = performance.now()
    for (let at = 0; at < requests.length; at += burst.connections) {
      const bodies = requests.slice(at, at + burst.connections).map((each) => each.body)
      await client.query({
        name: 'bare-rows',
        text: `insert into delivery (id, platform, kind, request, body, hash, received_at, due_at)
          select id, 'facebook', 'bench', '{}', body, hash, now(), 'infinity' from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as row (id, body, hash)
          on conflict (hash) where hash is not null do nothing`,
        values: [bodies.map(() => uuidv7()), bodies, bodies.map((body) => createHash('sha256').update(body).digest())],
      })
    }
    return requests.length / ((performance.now() - startedAt) / 1000)
  } finally {
    await client.end()
  }
}
