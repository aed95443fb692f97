import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GoogleError, invalidArgument } from '../google/errors.ts'
import { queryFields } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'

const platform = 'google-business'

/** The brand's account, as the list and its own address show it. */
export function accountView({ secrets }: Context): JsonObject {
  const name = `accounts/${secrets[platform].accountId}`
  return {
    name,
    accountName: 'Fieldnote',
    type: 'LOCATION_GROUP',
    role: 'PRIMARY_OWNER',
    verificationState: 'UNVERIFIED',
    vettedState: 'NOT_VETTED',
  }
}

/** Refuses a call about anybody else's account. */
export function accountIn({ secrets }: Context, request: FastifyRequest): void {
  if ((request.params as { account: string }).account !== secrets[platform].accountId)
    throw new GoogleError(403, 'PERMISSION_DENIED', 'The caller does not have permission')
}

/** Two shops: the second is not verified, so it has no reviews and takes no replies. The names lack the account here. */
export function listLocations(business: Context, request: FastifyRequest): JsonObject {
  accountIn(business, request)
  const query = queryFields(request)
  const mask = new Set((query['readMask'] ?? '').split(',').filter(Boolean))
  if (mask.size === 0) throw invalidArgument('read_mask', 'The read mask is required.')
  const { locationId, otherLocationId } = business.secrets[platform]
  const page = `${business.publicUrl()}/google-business`
  const shop = (id: string, title: string, isOpen: boolean): JsonObject => ({
    name: `locations/${id}`,
    title,
    storefrontAddress: { regionCode: 'PT', locality: 'Porto', addressLines: ['Rua das Linhas 12'] },
    metadata: { hasVoiceOfMerchant: isOpen, ...(isOpen ? { newReviewUri: page, mapsUri: page, placeId: 'ChIJpretend' } : {}) },
  })
  const locations = [shop(locationId, 'Fieldnote', true), shop(otherLocationId, 'Fieldnote Repairs', false)]
  return {
    locations: locations.map((each) => Object.fromEntries(Object.entries(each).filter(([name]) => mask.has(name)))),
    totalSize: locations.length,
  }
}
