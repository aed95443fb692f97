import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { callApi, elementsOf } from './api.ts'
import { escapeUrn, organizationOf } from './urn.ts'

/** A page that somebody administers; `person` is who, by a URN that is good for this app alone. */
export type Administered = { urn: string; person: string | null }

const perPage = 100
const maxPages = 10

/** `GET /rest/organizationAcls`: the pages that whoever the token belongs to administers, each once. */
export async function readAdministered(io: Io): Promise<Administered[]> {
  const found = new Map<string, Administered>()
  const guard = pageGuard(maxPages)
  for (let start = 0; ;) {
    guard(String(start))
    const query = ['q=roleAssignee', 'role=ADMINISTRATOR', 'state=APPROVED', `start=${start}`, `count=${perPage}`]
    const elements = elementsOf((await callApi(io, { path: 'organizationAcls', query })).json).map(recordOf)
    for (const each of elements) {
      // Which of these names it has depends on the version.
      const target = nameOf(each.organization) ?? nameOf(each.organizationTarget) ?? nameOf(each.organizationalTarget) ?? ''
      const urn = organizationOf(target)
      if (urn !== null && !found.has(urn)) found.set(urn, { urn, person: nameOf(each.roleAssignee) })
    }
    if (elements.length < perPage) return [...found.values()]
    start += elements.length
  }
}

export type Organization = { name: string; handle: string; url: string; logoUrl: string | null }

/** `GET /rest/organizations/{id}`: what a page is called. */
export async function readOrganization(io: Io, urn: string): Promise<Organization> {
  const number = urn.split(':').at(-1) ?? ''
  const { json } = await callApi(io, { path: `organizations/${escapeUrn(number)}` })
  const handle = nameOf(json.vanityName) ?? number
  const logo = recordOf(json.logoV2)
  return {
    name: nameOf(json.localizedName) ?? idOf(json.name) ?? handle,
    handle,
    url: `https://www.linkedin.com/company/${encodeURIComponent(handle)}/`,
    logoUrl: linkOf(logo.original) ?? linkOf(logo.cropped),
  }
}
