import { linkOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { accountsHost, callApi, locationsHost } from './api.ts'

/** One place of business. `name` is `accounts/{a}/locations/{l}`, as reviews want it; `verified` false when Google says that nobody speaks for it yet. */
export type Location = { name: string; id: string; title: string; mapsUrl: string | null; verified: boolean }

const maxPages = 20

/** Every location that the person manages, account by account. The same one may be in several accounts: the first counts. */
export async function readLocations(io: Io): Promise<Location[]> {
  const found = new Map<string, Location>()
  for (const account of await readList(io, { host: accountsHost, path: 'v1/accounts', list: 'accounts', params: {} })) {
    const accountName = nameOf(account.name)
    if (accountName === null || !/^accounts\/[\w-]+$/.test(accountName)) continue
    const params = { readMask: 'name,title,metadata,storefrontAddress', pageSize: '100' }
    const locations = await readList(io, { host: locationsHost, path: `v1/${accountName}/locations`, list: 'locations', params })
    for (const each of locations) {
      const id = /^(?:.*\/)?locations\/([\w-]+)$/.exec(nameOf(each.name) ?? '')?.[1]
      if (id === undefined || found.has(id)) continue
      const metadata = recordOf(each.metadata)
      found.set(id, {
        name: `${accountName}/locations/${id}`,
        id,
        title: titleOf(each) ?? id,
        mapsUrl: linkOf(metadata.mapsUri),
        verified: metadata.hasVoiceOfMerchant !== false,
      })
    }
  }
  return [...found.values()]
}

/** The name with the street, because branches share theirs. */
function titleOf(location: JsonRecord): string | null {
  const title = nameOf(location.title)
  const street = nameOf(listOf(recordOf(location.storefrontAddress).addressLines)[0])
  return title === null || street === null ? title : `${title}, ${street}`
}

async function readList(
  io: Io,
  { host, path, list, params }: { host: string; path: string; list: string; params: Record<string, string> },
): Promise<JsonRecord[]> {
  const guard = pageGuard(maxPages)
  const found: JsonRecord[] = []
  for (let pageToken: string | null = ''; pageToken !== null;) {
    guard(pageToken)
    const { json } = await callApi(io, { host, path, params: { ...params, ...(pageToken !== '' && { pageToken }) } })
    found.push(...listOf(json[list]).map(recordOf))
    pageToken = nameOf(json.nextPageToken)
  }
  return found
}
