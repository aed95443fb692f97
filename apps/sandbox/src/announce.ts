import type { Context } from './context.ts'
import { dialectOf, platformIds } from './registry.ts'
import type { Webhooks } from './webhooks/webhooks.ts'
import type { PlatformId } from './world/item.ts'

/**
 * One platform as whoever wants to connect the brand has to know it: its name, its base URL (the public page stands there too), what to type
 * into the connect form, and the app that signs its webhooks, null where there is none to register.
 */
export type Announced = {
  id: PlatformId
  name: string
  url: string
  settings: Record<string, string>
  app: Record<string, string> | null
}

/** Every platform of a sandbox that listens. */
export function announce(context: Context, webhooks: Webhooks): Announced[] {
  return platformIds.map((id) => {
    const dialect = dialectOf(id)
    const url = `${context.publicUrl()}/${id}`
    // Wherever a platform is really called is replaced by the same setting.
    const settings = { apiUrl: url, ...dialect.settings(context.secrets[id], url) }
    return { id, name: dialect.name, url, settings, app: webhooks.appOf(id) }
  })
}
