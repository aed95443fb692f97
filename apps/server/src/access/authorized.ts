import { and, eq, isNull, sql } from 'drizzle-orm'
import { may } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import type { OAuthAccount, Platform } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import type { Underway } from './authorize.ts'
import { channelOf } from './channel-changes.ts'
import { connectChannel, reconnectChannel } from './channels.ts'
import { seal, unseal } from './secrets.ts'
import { hashToken } from './tokens.ts'

type Way = typeof t.oauthState.$inferSelect
/** What a platform gave for accounts to choose among, sealed until one is chosen. */
export type Offered = { accounts: OAuthAccount[]; backDays?: number | undefined }

/** Tokens of accounts that nobody chose are kept no longer. */
const choiceMs = 30 * 60_000

/** Where the browser goes next, or why it goes nowhere: a page of our own, since there may be nobody signed in to show a screen to. */
export type Arrival = { to: string } | { status: number; title: string; words: string }

/**
 * Takes up a person who comes back from a platform. Only who left may come back, once, in time; everything else is told on a page that says what to do. What the
 * platform refused, or the person did not agree to, is kept with the way and shown on the screen they left.
 */
export async function finishAuthorization(
  ctx: Context,
  platformId: string,
  query: Record<string, string | undefined>,
  findPerson: (workspaceId: string) => Promise<Actor | Problem | null>,
): Promise<Arrival> {
  const { state = '' } = query
  const [way] =
    state === ''
      ? []
      : await ctx.db.system
          .select()
          .from(t.oauthState)
          .where(eq(t.oauthState.hash, hashToken(state)))
  const platform = ctx.platforms.find((each) => each.id === platformId)
  if (!way || !platform || way.platform !== platformId)
    return page(400, 'This connection is not known here', 'Nothing was connected. Begin again in the settings, under Channels.')
  const person = await findPerson(way.workspaceId)
  if (person === null)
    return page(
      401,
      'You are not signed in',
      'Nothing was connected. Sign in here, in the same browser, then begin again in the settings, under Channels.',
    )
  if (person instanceof Problem || person.key || person.id !== way.userId || !may(person.role, 'channels.connect'))
    return page(
      403,
      'Somebody else began this connection',
      'Nothing was connected. It can only be finished by the person who began it, in the same workspace. Begin your own in the settings, under Channels.',
    )
  if (way.usedAt === null && way.expiresAt <= ctx.now())
    return page(
      410,
      'This took too long',
      'Nothing was connected. A connection has to be finished within a quarter of an hour. Begin again in the settings, under Channels.',
    )
  if (!(await spend(ctx, way)))
    return page(
      410,
      'This was finished already',
      'A connection can be finished once. Look in the settings, under Channels, whether it is there; if not, begin again.',
    )
  try {
    return { to: await arrive(ctx, platform, way, query, person) }
  } catch (error) {
    const words = wordsOf(platform, error)
    await end(ctx, way.id, words)
    const back = way.channelId === null ? `connect=${platform.id}` : `reconnect=${way.channelId}`
    return { to: `/settings/channels?${back}&failed=${way.id}` }
  }
}

function page(status: number, title: string, words: string): Arrival {
  return { status, title, words }
}

/** Two that come with the same state at once: one of them is first. */
async function spend(ctx: Context, way: Way): Promise<boolean> {
  const used = await ctx.db.system
    .update(t.oauthState)
    .set({ usedAt: ctx.now() })
    .where(and(eq(t.oauthState.id, way.id), isNull(t.oauthState.usedAt)))
    .returning({ id: t.oauthState.id })
  return used.length === 1
}

/** Why a person came back with nothing, in words for the screen. */
class NotAgreed extends Error {}

async function arrive(
  ctx: Context,
  platform: Platform,
  way: Way,
  query: Record<string, string | undefined>,
  person: Actor,
): Promise<string> {
  if (query.error !== undefined) throw new NotAgreed(refusalOf(platform, query))
  const oauth = platform.connect.oauth!
  const code = query[oauth.codeName ?? 'code']
  if (!code) throw new NotAgreed(`${platform.name} sent you back without a code. Begin again.`)
  const { client, codeVerifier, backDays } = unseal<Underway>(ctx.secrets, `oauth_state:${way.id}`, way.sealed)
  const { settings, redirectUrl } = way
  const grant = { settings, client, redirectUrl, code, codeVerifier }
  const accounts = await oauth.exchange({ fetch: ctx.fetch, now: ctx.now }, grant)
  if (way.channelId !== null) return reconnect(ctx, platform, way, accounts, person)
  const [only] = accounts
  if (!only) throw new NotAgreed(`${platform.name} showed us no account. Begin again, and tick those that you want to connect.`)
  if (accounts.length === 1) {
    if (only.trouble !== undefined) throw new NotAgreed(`${only.name}: ${only.trouble}`)
    const id = await connectChannel(ctx, way.workspaceId, platform.id, only.settings, person.id, { appId: way.appId, backDays })
    await end(ctx, way.id, null)
    return `/settings/channels?connected=${id}`
  }
  await ctx.db.system
    .update(t.oauthState)
    .set({
      sealed: seal(ctx.secrets, `oauth_state:${way.id}`, { accounts, backDays } satisfies Offered),
      expiresAt: new Date(ctx.now().getTime() + choiceMs),
    })
    .where(eq(t.oauthState.id, way.id))
  return `/settings/channels?choose=${way.id}`
}

/** Only the same account connects a channel again, whatever else the person ticked. */
async function reconnect(ctx: Context, platform: Platform, way: Way, accounts: OAuthAccount[], person: Actor): Promise<string> {
  const channel = await channelOf(ctx, way.workspaceId, way.channelId!)
  const same = accounts.find((each) => each.externalId === channel.externalId)
  if (!same) {
    const others = accounts.map((each) => each.name).join(', ')
    throw new NotAgreed(
      others === ''
        ? `${platform.name} showed us no account. Begin again, and tick ${channel.handle}.`
        : `You agreed for ${others}, and this channel is ${channel.handle}. Sign in as ${channel.handle} there, or connect the other one as a channel of its own.`,
    )
  }
  if (same.trouble !== undefined) throw new NotAgreed(`${same.name}: ${same.trouble}`)
  await reconnectChannel(ctx, channel, same.settings, person.id, { appId: way.appId })
  await end(ctx, way.id, null)
  return `/settings/channels?connected=${channel.id}`
}

function refusalOf(platform: Platform, { error, error_description: description }: Record<string, string | undefined>): string {
  if (error === 'access_denied') return `You did not agree at ${platform.name}, so nothing was connected. Begin again whenever you like.`
  return `${platform.name} sent you back: ${sentence((description || error || '').slice(0, 300))} Nothing was connected.`
}

function wordsOf(platform: Platform, error: unknown): string {
  if (error instanceof NotAgreed || error instanceof Problem) return error.message
  if (error instanceof PlatformError)
    return `${platform.name} did not accept this: ${sentence(error.message)} Nothing was connected. Begin again.`
  throw error
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** It is over: what was sealed is gone. */
async function end(ctx: Context, id: string, problem: string | null): Promise<void> {
  await ctx.db.system
    .update(t.oauthState)
    .set({ sealed: Buffer.alloc(0), problem })
    .where(eq(t.oauthState.id, id))
}

/** A way of this person, and what there is to choose. Throws `not_found`, also for somebody else's. */
export async function readAuthorization(ctx: Context, actor: Actor, id: string) {
  const way = await wayOf(ctx, actor, id)
  const { accounts } = offeredBy(ctx, way)
  const here = await connectedAccounts(ctx, way)
  return {
    id: way.id,
    platform: way.platform,
    channelId: way.channelId,
    expiresAt: way.expiresAt.toISOString(),
    problem: way.problem,
    accounts: accounts.map(({ externalId, name, trouble = null }) => ({ externalId, name, connected: here.has(externalId), trouble })),
  }
}

/** Connects the chosen accounts, one after the other; those not chosen are forgotten. Throws `link_not_good` when it is over, `bad_request` for an account that was not offered. */
export async function chooseAccounts(ctx: Context, actor: Actor, id: string, externalIds: string[]): Promise<string[]> {
  const way = await wayOf(ctx, actor, id)
  const { accounts, backDays } = offeredBy(ctx, way)
  if (accounts.length === 0)
    throw new Problem('link_not_good', 'There is nothing to choose any more. Begin again in the settings, under Channels.', {
      why: 'expired',
    })
  const chosen = externalIds.map((each) => accounts.find((account) => account.externalId === each))
  if (chosen.some((each) => each === undefined || each.trouble !== undefined))
    throw new Problem('bad_request', 'externalIds: choose among those that were offered and can be connected.', {
      invalidParams: [{ name: 'externalIds', reason: 'not offered' }],
    })
  const ids: string[] = []
  for (const account of chosen)
    ids.push(await connectChannel(ctx, way.workspaceId, way.platform, account!.settings, actor.id, { appId: way.appId, backDays }))
  await end(ctx, way.id, null)
  return ids
}

async function wayOf(ctx: Context, actor: Actor, id: string): Promise<Way> {
  const [way] = await ctx.db.inWorkspace(actor.workspaceId, (tx) =>
    tx
      .select()
      .from(t.oauthState)
      .where(and(eq(t.oauthState.id, id), eq(t.oauthState.userId, actor.id))),
  )
  if (!way) throw new Problem('not_found', 'There is no such connection under way.')
  return way
}

function offeredBy(ctx: Context, way: Way): Offered {
  if (way.usedAt === null || way.sealed.length === 0 || way.expiresAt <= ctx.now()) return { accounts: [] }
  const opened = unseal<Partial<Offered>>(ctx.secrets, `oauth_state:${way.id}`, way.sealed)
  return { accounts: opened.accounts ?? [], backDays: opened.backDays }
}

async function connectedAccounts(ctx: Context, way: Way): Promise<Set<string>> {
  const rows = await ctx.db.inWorkspace(way.workspaceId, (tx) =>
    tx
      .select({ externalId: t.channel.externalId })
      .from(t.channel)
      .where(and(eq(t.channel.platform, way.platform), sql`disconnected_at is null`)),
  )
  return new Set(rows.map((row) => row.externalId))
}
