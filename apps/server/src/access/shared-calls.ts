import { inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { takeFromAll, type Budget, type Used } from './call-budget.ts'

/** What one channel asks of the allowances that it shares with others under `name`. `share` and `others` as in `takeCalls`, the latter by seconds of their window. */
export type Ask = { name: string; budgets: Budget[]; calls: number; share?: number; others?: Record<string, Used> }

/**
 * Takes calls for several channels out of allowances that are shared, also between pollers, in the order given. For each null when it may go, else when there
 * will be room; those that wait are given room one after another.
 */
export async function takeShared(ctx: Context, asks: Ask[]): Promise<(Date | null)[]> {
  const keys = [...new Set(asks.flatMap((ask) => ask.budgets.map((budget) => keyOf(ask.name, budget))))].toSorted()
  if (keys.length === 0) return asks.map(() => null)
  return ctx.db.system.transaction(async (tx) => {
    await tx
      .insert(t.pollBudget)
      .values(keys.map((key) => ({ key, used: [] })))
      .onConflictDoNothing()
    // Sorted, so that two pollers never wait for each other crosswise.
    const rows = await tx.select().from(t.pollBudget).where(inArray(t.pollBudget.key, keys)).orderBy(t.pollBudget.key).for('update')
    const used = new Map<string, Used>(rows.map((row) => [row.key, row.used]))
    const answers = asks.map(({ name, budgets, calls, ...terms }) => {
      const mine = Object.fromEntries(budgets.map((budget) => [budget.perSeconds, used.get(keyOf(name, budget)) ?? []]))
      const result = takeFromAll(budgets, mine, calls, ctx.now(), terms)
      if (!result.taken) return result.freeAt
      for (const budget of budgets) used.set(keyOf(name, budget), result.used[budget.perSeconds]!)
      return null
    })
    await tx.execute(sql`
      update poll_budget set used = taken.used from unnest(${sql.param([...used.keys()])}::text[], ${sql.param([...used.values()].map((each) => JSON.stringify(each)))}::jsonb[]) as taken (key, used)
      where poll_budget.key = taken.key`)
    return answers
  })
}

function keyOf(name: string, budget: Budget): string {
  return `${name} ${budget.perSeconds}`
}

/** What was used under these names, by name and seconds of the window. */
export async function readShared(ctx: Context, asks: { name: string; budgets: Budget[] }[]): Promise<Map<string, Record<string, Used>>> {
  const keys = asks.flatMap((ask) => ask.budgets.map((budget) => keyOf(ask.name, budget)))
  if (keys.length === 0) return new Map()
  const rows = await ctx.db.system.select().from(t.pollBudget).where(inArray(t.pollBudget.key, keys))
  const used = new Map(rows.map((row) => [row.key, row.used]))
  if (used.size === 0) return new Map()
  return new Map(
    asks.map(({ name, budgets }) => [
      name,
      Object.fromEntries(budgets.map((budget) => [budget.perSeconds, used.get(keyOf(name, budget)) ?? []])),
    ]),
  )
}
