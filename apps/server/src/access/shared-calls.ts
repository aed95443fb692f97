import type { PoolClient } from 'pg'
import type { Context } from '../context.ts'
import { takeFromAll, type Budget, type Used } from './call-budget.ts'

type Row = { key: string; used: Used }

/** What one channel asks of the allowances that it shares with others under `name`. `share` and `others` as in `takeCalls`, the latter by seconds of their window. */
export type Ask = { name: string; budgets: Budget[]; calls: number; share?: number; others?: Record<string, Used> }

/**
 * Takes calls for several channels out of allowances that are shared, also between pollers, in the order given. For each null when it may go, else when there
 * will be room; those that wait are given room one after another.
 */
export async function takeShared(ctx: Context, asks: Ask[]): Promise<(Date | null)[]> {
  const keys = [...new Set(asks.flatMap((ask) => ask.budgets.map((budget) => keyOf(ask.name, budget))))].toSorted()
  if (keys.length === 0) return asks.map(() => null)
  const client = await ctx.db.systemPool.connect()
  try {
    const used = await lock(client, keys)
    const answers = asks.map(({ name, budgets, calls, ...terms }) => {
      const mine = Object.fromEntries(budgets.map((budget) => [budget.perSeconds, used.get(keyOf(name, budget)) ?? []]))
      const result = takeFromAll(budgets, mine, calls, ctx.now(), terms)
      if (!result.taken) return result.freeAt
      for (const budget of budgets) used.set(keyOf(name, budget), result.used[budget.perSeconds]!)
      return null
    })
    const taken = [...used].map((each) => `(${client.escapeLiteral(each[0])}, ${client.escapeLiteral(JSON.stringify(each[1]))}::jsonb)`)
    await client.query(`
      update poll_budget set used = taken.used from (values ${taken.join(', ')}) as taken (key, used) where poll_budget.key = taken.key;
      commit`)
    client.release()
    return answers
  } catch (error) {
    // What it was in the middle of ends with the connection.
    client.release(error as Error)
    throw error
  }
}

/** Begins a transaction that alone may take from these. Several statements go in one message: every poller does this for each of its batches. */
async function lock(client: PoolClient, keys: string[]): Promise<Map<string, Used>> {
  // Sorted, so that two pollers never wait for each other crosswise.
  const [, { rows }] = (await client.query(`
    begin;
    select key, used from poll_budget where key in (${keys.map((key) => client.escapeLiteral(key)).join(', ')}) order by key for update`)) as unknown as [
    unknown,
    { rows: Row[] },
  ]
  if (rows.length === keys.length) return new Map(rows.map((row) => [row.key, row.used]))
  await client.query('rollback')
  await client.query(
    `insert into poll_budget (key, used) select key, '[]' from unnest($1::text[]) as missing (key) on conflict do nothing`,
    [keys],
  )
  return lock(client, keys)
}

function keyOf(name: string, budget: Budget): string {
  return `${name} ${budget.perSeconds}`
}

/** What was used under these names, by name and seconds of the window. */
export async function readShared(ctx: Context, asks: { name: string; budgets: Budget[] }[]): Promise<Map<string, Record<string, Used>>> {
  const keys = asks.flatMap((ask) => ask.budgets.map((budget) => keyOf(ask.name, budget)))
  if (keys.length === 0) return new Map()
  const { rows } = await ctx.db.systemPool.query<Row>({
    name: 'read-shared',
    text: 'select key, used from poll_budget where key = any($1::text[])',
    values: [keys],
  })
  const used = new Map(rows.map((row) => [row.key, row.used]))
  if (used.size === 0) return new Map()
  return new Map(
    asks.map(({ name, budgets }) => [
      name,
      Object.fromEntries(budgets.map((budget) => [budget.perSeconds, used.get(keyOf(name, budget)) ?? []])),
    ]),
  )
}
