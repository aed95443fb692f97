/**
 * What the address of the page opens: the guide of a platform, a channel's form to connect it again, or what there is to choose among. Coming back from a platform it
 * says how that went: `connected` names the channel, `failed` the way that came to nothing.
 */
export type ChannelsSearch = { connect?: string; reconnect?: string; choose?: string; connected?: string; failed?: string }

/** Reads the search of `/settings/channels`; what is no text is left out. */
export function readChannelsSearch(search: Record<string, unknown>): ChannelsSearch {
  const names = ['connect', 'reconnect', 'choose', 'connected', 'failed'] as const
  return Object.fromEntries(names.flatMap((name) => (typeof search[name] === 'string' ? [[name, search[name]]] : [])))
}
