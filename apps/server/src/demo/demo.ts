import { and, eq, isNull } from 'drizzle-orm'
import { connectChannel } from '../access/channels.ts'
import { channelSecret, channelWebhookUrl, installWebhook } from '../access/channel-webhook.ts'
import { addPlatformApp } from '../access/platform-apps.ts'
import { addMember, makeWorkspace } from '../access/workspaces.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { SandboxProcess } from './sandbox-process.ts'

/** The people of the demo brand; nobody has a password, they come in by one-time links. */
const people = [
  { name: 'Sam', email: 'sam@fieldnote.example', role: 'manager' },
  { name: 'Theo', email: 'theo@fieldnote.example', role: 'lead' },
  { name: 'Mia', email: 'mia@fieldnote.example', role: 'manager' },
  { name: 'Ines', email: 'ines@fieldnote.example', role: 'owner' },
] as const

export const demoManager = people[0]
export const demoLead = people[1]

/** Makes the demo workspace the first time, and connects the brand's accounts in the sandbox, again when its port is another one. */
export async function prepareDemo(ctx: Context, sandbox: SandboxProcess): Promise<void> {
  const workspaceId =
    (await demoWorkspace(ctx)) ??
    (await makeWorkspace(ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon', targetSeconds: 7_200, demo: true }))
  for (const person of people) await addMember(ctx, workspaceId, person)
  const apps = await ctx.db.system.select({ platform: t.platformApp.platform, settings: t.platformApp.settings }).from(t.platformApp)
  const before = await ctx.db.system.select().from(t.channel).where(eq(t.channel.workspaceId, workspaceId))
  for (const { id: platform, settings, app } of sandbox.platforms) {
    const known = ctx.platforms.find((each) => each.id === platform)
    if (!known) continue
    if (
      app &&
      (known.webhook || known.connect.oauth?.app === 'by_hand') &&
      !apps.some((each) => each.platform === platform && each.settings.appId === app.appId)
    )
      await addPlatformApp(ctx, platform, app, { workspaceId })
    // Agreeing there leads to the pretend platform too; where people type a server, they type its address.
    if (known.connect.oauth?.app === 'by_hand') ctx.env.apiUrls[platform] ??= settings.apiUrl!
    const there = before.filter((channel) => channel.platform === platform)
    // What somebody paused or disconnected stays so, unless the sandbox moved to another port.
    if (!there.some((channel) => channel.apiUrl === settings.apiUrl)) {
      const channelId = await connectChannel(ctx, workspaceId, platform, settings)
      if (there.length === 0) await pretendConnectedEarlier(ctx, channelId)
    }
    if (known.webhook?.perChannel) await pointWebhooks(ctx, sandbox, { workspaceId, platform })
  }
}

/** Where each channel has an address and a secret of its own, somebody enters them at the platform: here we do. The sandbox forgets them when it ends. */
async function pointWebhooks(ctx: Context, sandbox: SandboxProcess, where: { workspaceId: string; platform: string }): Promise<void> {
  const { workspaceId, platform } = where
  const [channel] = await ctx.db.system
    .select()
    .from(t.channel)
    .where(and(eq(t.channel.workspaceId, workspaceId), eq(t.channel.platform, platform), isNull(t.channel.disconnectedAt)))
  if (!channel) return
  const url = `${sandbox.webhookUrl}/${platform}/${channel.id}`
  const own = await channelSecret(ctx, channel)
  // A platform that signs with keys of its own is told whom it signs for.
  const signsItself = platformOf(ctx, platform).webhook?.keys !== undefined
  if (signsItself) await installWebhook(ctx, channel.id, ctx.env.PUBLIC_URL ?? new URL(url).origin)
  const audience = ctx.env.PUBLIC_URL === undefined ? url : channelWebhookUrl(ctx.env.PUBLIC_URL, platform, channel.id)
  const webhook = { platform, url, secret: signsItself ? audience : own }
  const headers = { 'content-type': 'application/json' }
  await ctx.fetch(`${sandbox.url}/_admin/webhook`, { method: 'PUT', headers, body: JSON.stringify(webhook) })
}

/** The demo brand has been here for a while: people who wrote some hours ago are waiting, not history. */
async function pretendConnectedEarlier(ctx: Context, channelId: string): Promise<void> {
  const connectedAt = new Date(ctx.now().getTime() - 90 * 86_400_000)
  await ctx.db.system.update(t.channel).set({ connectedAt }).where(eq(t.channel.id, channelId))
}

/** The demo brand's id, also when its demo is over; null when it was never made or is wiped. */
export async function demoWorkspace(ctx: Context): Promise<string | null> {
  const rows = await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace).where(eq(t.workspace.demo, true))
  return rows[0]?.id ?? null
}
