import { z } from 'zod'

/** The shapes of `/api/v1` for connecting accounts: guides, ways to a platform and back, apps. */
const instant = z.iso.datetime()
const id = z.uuid()

/** What somebody needs to know to connect an account of a platform. */
export const platformGuide = z.object({
  id: z.string(),
  name: z.string(),
  docs: z.string(),
  icon: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      secret: z.boolean(),
      placeholder: z.string(),
      help: z.string(),
      optional: z.boolean(),
    }),
  ),
  /** How to come by what the fields ask for, in order. */
  steps: z.array(z.string()),
  permissions: z.array(z.object({ name: z.string(), why: z.string() })),
  /** `posts`: people write below posts of ours there, which may be announced. */
  can: z.object({ webhook: z.boolean(), like: z.boolean(), privateReply: z.boolean(), posts: z.boolean() }),
  /** What to enter at the platform as the address of webhooks; null where it sends none. */
  webhookUrl: z.string().nullable(),
  /** Where the platform sends people back to after they agreed; null where a token is pasted instead. */
  redirectUrl: z.string().nullable(),
  /** What to say beside the form for an app of one's own; null where none is registered by hand. `webhook`: how to enter the address there. */
  app: z.object({ idHelp: z.string(), secretHelp: z.string(), webhook: z.string().nullable() }).nullable(),
  /** Whether the platform tries that address with a token that we choose. */
  verifyToken: z.boolean(),
  /** The first way where there is one: agreeing there. `app`: registered by hand first, or made by itself. `asks`: names of `fields` to ask for before leaving. */
  oauth: z.object({ app: z.enum(['by_hand', 'by_itself']), asks: z.array(z.string()), steps: z.array(z.string()) }).nullable(),
})
export type PlatformGuide = z.infer<typeof platformGuide>

/** Somebody on their way to a platform and back. `accounts`: those to choose among. `problem`: why nothing was connected. */
export const authorization = z.object({
  id,
  platform: z.string(),
  channelId: id.nullable(),
  expiresAt: instant,
  problem: z.string().nullable(),
  accounts: z.array(z.object({ externalId: z.string(), name: z.string(), connected: z.boolean(), trouble: z.string().nullable() })),
})
export type Authorization = z.infer<typeof authorization>

/** One thing that a channel's test tried, and how it went, in words. */
export const channelCheck = z.object({ what: z.enum(['read', 'webhook']), ok: z.boolean(), words: z.string() })
export type ChannelCheck = z.infer<typeof channelCheck>

/**
 * Where a channel's own webhooks come in. `secret` is entered beside it; null where the platform signs with keys of its own, and `words` say how to enter the address. `trouble`:
 * why the platform refused to tell us, in its words.
 */
export const channelWebhook = z.object({
  url: z.string(),
  secret: z.string().nullable(),
  words: z.string().optional(),
  trouble: z.string().optional(),
})
export type ChannelWebhook = z.infer<typeof channelWebhook>

/** The feed in which a channel's posts appear, and how reading it goes. `nextReadAt` null: its server said that it is gone. */
export const channelFeed = z.object({
  url: z.string(),
  lastReadAt: instant.nullable(),
  nextReadAt: instant.nullable(),
  error: z.string().nullable(),
})
export type ChannelFeedView = z.infer<typeof channelFeed>

/** A platform's app, without its secrets. `channels`: how many accounts of this workspace its webhooks speak for. */
export const platformApp = z.object({
  id,
  platform: z.string(),
  appId: z.string(),
  createdAt: instant,
  channels: z.number().int(),
  /** Which they are. */
  channelIds: z.array(id),
  /** The key that sealed its secret was lost: it verifies nothing until its secret is given again. */
  secretLost: z.boolean(),
  /** Whose it is: only the workspace's own can be changed here. Several rows of one `appId` are its active secrets. */
  owner: z.enum(['workspace', 'installation']),
})
export type PlatformAppView = z.infer<typeof platformApp>
