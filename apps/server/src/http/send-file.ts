import type { FastifyReply } from 'fastify'

/** Sends bytes that somebody else made: as what they are, and never as a page of ours. `caching`: the Cache-Control that goes with them. */
export function sendFile(reply: FastifyReply, file: { type: string; name: string; data: Buffer }, caching: string): FastifyReply {
  return reply
    .type(file.type)
    .header('cache-control', caching)
    .header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, escape)}`)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cross-origin-resource-policy', 'same-origin')
    .header('x-content-type-options', 'nosniff')
    .send(file.data)
}
