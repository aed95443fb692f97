import type { FastifyRequest } from 'fastify'
import type { PlatformId } from '../world/item.ts'

/**
 * Rewrites an address without a platform's prefix to the one with it. Official clients drop the
 * path of their base URL (`/xrpc/...`, `/api/v1/...`); no two platforms share a first segment.
 */
export function withPrefix(url: string): string {
  if (/^\/(xrpc\/|\.well-known\/(atproto-did|did\.json))/.test(url)) return `/bluesky${url}`
  if (/^\/(api\/v\d|oauth\/)/.test(url)) return `/mastodon${url}`
  if (/^\/v\d+\.\d+\//.test(url)) return `/facebook${url}`
  return url
}

/** The base URL by which this request reached its platform: the prefix stays away if the caller left it away. */
export function baseUrlOf(request: FastifyRequest, platform: PlatformId): string {
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`
  return request.originalUrl.startsWith(`/${platform}/`) ? `${origin}/${platform}` : origin
}

/** The address of the request as the caller wrote it, with the origin. */
export function urlOf(request: FastifyRequest): URL {
  return new URL(request.originalUrl, `http://${request.headers.host ?? '127.0.0.1'}`)
}
