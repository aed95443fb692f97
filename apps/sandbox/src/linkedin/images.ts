import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields } from '../http/body.ts'
import { imageSize, typeOf } from '../http/media-type.ts'
import { bearerOf } from '../oauth/tokens.ts'
import { fileAddress } from '../pages/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { fateOf, requireOrganization } from './auth.ts'
import { LinkedInError, invalid, notFound, tokenError } from './errors.ts'
import { keysBelow, readQuery, readValue, textIn } from './restli.ts'
import type { LinkedIn } from './routes.ts'

const imageTypes = ['image/jpeg', 'image/png', 'image/gif']
const maxPixels = 36_152_320
const uploadMs = 24 * 3_600_000

/** An image that was announced: its bytes come to an address of their own. `refused`: they were no image. */
export type Announced = { owner: string; until: number; looks: number; refused: boolean }

/** `POST /images?action=initializeUpload`: the URN of an image to come, and where its bytes go. */
export function initializeUpload(linkedin: LinkedIn, request: FastifyRequest): JsonObject {
  if (readQuery(request)['action'] !== 'initializeUpload') throw invalid("Parameter 'action' must be initializeUpload")
  const asked = bodyFields(request)['initializeUploadRequest']
  const owner = typeof asked === 'object' && asked !== null ? (asked as JsonObject)['owner'] : undefined
  if (typeof owner !== 'string') throw invalid("Field 'initializeUploadRequest.owner' is required")
  requireOrganization(linkedin, owner)
  const { world, images } = linkedin
  const number = `D4E10AQ${String(world.clock('linkedin'))}${world.nextSerial()}`
  const until = world.clock('linkedin') + uploadMs
  images.set(`urn:li:image:${number}`, { owner, until, looks: 0, refused: false })
  const uploadUrl = `${linkedin.publicUrl()}/linkedin/dms-uploads/sp/${number}/uploaded-image/0?ca=vector_feedshare&cn=uploads`
  return { value: { uploadUrlExpiresAt: until, uploadUrl, image: `urn:li:image:${number}` } }
}

/** `PUT` of the bytes. What they are shows only in the image's status. */
export function takeBytes(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const token = bearerOf(request)
  const fate = fateOf(linkedin, linkedin.tokens, token)
  if (fate !== 'good') throw tokenError(token === undefined ? 'missing' : fate)
  const { world, images } = linkedin
  const urn = `urn:li:image:${(request.params as { number: string }).number}`
  const announced = images.get(urn)
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (!announced || world.clock('linkedin') > announced.until) throw notFound(urn)
  if (bytes.length === 0) throw invalid('The body is empty')
  const type = typeOf(bytes)
  const { width, height } = imageSize(bytes) ?? { width: 0, height: 0 }
  const refused = !type || !imageTypes.includes(type) || width * height > maxPixels
  images.set(urn, { ...announced, looks: 1, refused })
  world.files.keep({ platform: 'linkedin', id: urn, type: type ?? 'application/octet-stream', name: urn, bytes }, world.clock('linkedin'))
  return reply.code(201).send()
}

/** `GET /images/{urn}`: processed once it was looked at. */
export function readImage(linkedin: LinkedIn, request: FastifyRequest): JsonObject {
  const { world, images } = linkedin
  const urn = textIn(readValue(keysBelow(request, 'images').join('/')), 'urn')
  const announced = images.get(urn)
  if (!announced) throw notFound(urn)
  const file = world.files.find('linkedin', urn)
  const { owner, looks, refused } = announced
  const status = !file ? 'WAITING_UPLOAD' : looks > 0 ? 'PROCESSING' : refused ? 'PROCESSING_FAILED' : 'AVAILABLE'
  images.set(urn, { ...announced, looks: Math.max(0, looks - 1) })
  const download = file && status === 'AVAILABLE' ? { downloadUrl: fileAddress(linkedin, file), downloadUrlExpiresAt: announced.until } : {}
  return { id: urn, owner, status, ...download }
}

/** The image that a new comment names in `content`: one of the page's own, there and readable. */
export function readContent({ world, images }: LinkedIn, content: unknown): ItemMedia[] {
  if (content === undefined) return []
  const [first, ...rest] = Array.isArray(content) ? (content as JsonObject[]) : []
  const entity = first?.['entity']
  const urn = typeof entity === 'object' && entity !== null ? (entity as JsonObject)['image'] : undefined
  if (typeof urn !== 'string' || rest.length > 0) throw invalid("Field 'content' must name one image")
  const announced = images.get(urn)
  if (!announced || announced.refused || !world.files.find('linkedin', urn))
    throw new LinkedInError(400, 'MEDIA_ASSET_PROCESSING_FAILED', `Image ${urn} is not there or could not be processed`)
  return [{ fileId: urn, alt: '' }]
}

/** `content` of a comment that carries an image. */
export function contentOf(context: Context, item: Item): JsonObject {
  const carried = context.world.mediaOf(item)
  if (carried.length === 0) return {}
  return { content: carried.map(({ file }) => ({ entity: { image: file.id }, type: 'IMAGE', url: fileAddress(context, file) })) }
}
