/** What the address of the page opens: the guide of a platform, or a channel's form to connect it again. */
export type ChannelsSearch = { connect?: string; reconnect?: string }

/** Reads the search of `/settings/channels`; what is no text is left out. */
export function readChannelsSearch(search: Record<string, unknown>): ChannelsSearch {
  return {
    ...(typeof search.connect === 'string' && { connect: search.connect }),
    ...(typeof search.reconnect === 'string' && { reconnect: search.reconnect }),
  }
}
