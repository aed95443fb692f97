import type { Answer, Wait } from '../dialect.ts'

/** What fails in one field of a GraphQL answer: HTTP says 200, the error stands beside the data. */
export class GraphError extends Error {
  readonly type: string
  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

export function noNode(id: unknown): GraphError {
  return new GraphError('NOT_FOUND', `Could not resolve to a node with the global id of '${String(id)}'`)
}

/** An answer of the REST API that is not a success, and of GraphQL before it reads a query. */
export class RestError extends Error {
  readonly status: number
  readonly body: { message: string; documentation_url: string; status: string }
  constructor(status: number, message: string) {
    super(message)
    this.status = status
    this.body = { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }
  }
}

/** The token is unknown, ran out or was taken back: all look alike. */
export function badCredentials(): RestError {
  return new RestError(401, 'Bad credentials')
}

/** A limit beside that of the hour: 403, not 429. */
export function secondaryLimit({ retryAfter }: Wait): Answer {
  const { body } = new RestError(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.')
  return { status: 403, headers: retryAfter, body }
}
