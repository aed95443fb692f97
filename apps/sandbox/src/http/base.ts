import type { FastifyRequest } from 'fastify'
import type { PlatformId } from '../world/item.ts'

/** The base URL by which this request reached its platform: the prefix stays away if the caller left it away. */
export function baseUrlOf(request: FastifyRequest, platform: PlatformId): string {
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`
  return request.originalUrl.startsWith(`/${platform}/`) ? `${origin}/${platform}` : origin
}
