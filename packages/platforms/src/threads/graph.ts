import { graphCaller } from '../graph/graph.ts'

export const defaultApiUrl = 'https://graph.threads.net'

/** One call for the account. */
export const callGraph = graphCaller({ name: 'Threads', apiUrl: defaultApiUrl, version: 'v1.0' })
