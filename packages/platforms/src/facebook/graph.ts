import { graphCaller } from '../graph/graph.ts'

export const defaultApiUrl = 'https://graph.facebook.com'
/** A segment of every address; the channel's setting `version` replaces it. */
export const defaultVersion = 'v25.0'

/** One call as the Page. */
export const callGraph = graphCaller({ name: 'Facebook', apiUrl: defaultApiUrl, version: defaultVersion })
