import { graphCaller } from '../graph/graph.ts'
import type { CallGraph } from '../graph/graph.ts'

export const defaultApiUrl = 'https://graph.instagram.com'
const facebookApiUrl = 'https://graph.facebook.com'

const callApi = graphCaller({ name: 'Instagram', apiUrl: defaultApiUrl, version: 'v25.0' })

/**
 * One call for the account. Instagram's API stands on two hosts with the same data: one for tokens of an Instagram login, one for tokens of a Facebook login (setting
 * `login`).
 */
export const callGraph: CallGraph = (io, call) =>
  callApi(io, { ...(io.settings.login === 'facebook' && { host: facebookApiUrl }), ...call })
