import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { uploadsOf } from '../http/body.ts'
import { endingOf, typeOf } from '../http/media-type.ts'
import type { ItemMedia, JsonObject } from '../world/item.ts'
import type { Lemmy } from './routes.ts'

const maxBytes = 40 * 1024 * 1024

/** Registers `/pictrs/image`: pictures are brought by who is logged in (`requireLogin` refuses others), and shown to everybody. */
export function routePictures(app: FastifyInstance, lemmy: Lemmy, requireLogin: (request: FastifyRequest) => void): void {
  app.post('/pictrs/image', { preHandler: async (request) => requireLogin(request) }, async (request, reply) =>
    upload(lemmy, request, reply),
  )
  app.get('/pictrs/image/:name', async (request, reply) => {
    const file = lemmy.world.files.find('lemmy', (request.params as { name: string }).name)
    if (!file) return reply.code(404).send({ msg: 'Not found', code: 'not-found' })
    return reply.type(file.type).send(file.bytes)
  })
}

/** Every `images[]` of the form gets a name of its own. What is no picture, or a film, is refused in the words of the service behind it. */
function upload({ world }: Lemmy, request: FastifyRequest, reply: FastifyReply): JsonObject {
  const uploads = uploadsOf(request).filter(({ field }) => field === 'images[]')
  const refuse = (msg: string): JsonObject => {
    reply.code(400)
    return { msg, files: null }
  }
  if (uploads.length === 0) return refuse('No files present in upload')
  if (uploads.some(({ bytes }) => bytes.length > maxBytes)) return refuse('File too large')
  if (uploads.some(({ bytes }) => !/^(image|video)\//.test(typeOf(bytes) ?? ''))) return refuse('Unsupported media type')
  const files = uploads.map(({ name, bytes }) => {
    const type = typeOf(bytes) ?? ''
    const id = `${randomUUID()}${endingOf(type)}`
    world.files.keep({ platform: 'lemmy', id, type, name, bytes }, world.clock('lemmy'))
    return { file: id, delete_token: randomUUID() }
  })
  reply.code(201)
  return { msg: 'ok', files }
}

/** The pictures that words embed, in their order: those that were brought here. */
export function picturesIn({ world }: Context, text: string): ItemMedia[] {
  return [...text.matchAll(/!\[((?:\\.|[^\]\\])*)\]\(\S*\/pictrs\/image\/([\w.-]+)[^)]*\)/g)].flatMap(([, alt = '', id = '']) =>
    world.files.find('lemmy', id) ? [{ fileId: id, alt: alt.replaceAll(/\\(.)/g, '$1') }] : [],
  )
}
