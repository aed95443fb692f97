import type { Chance } from '../dialect.ts'

/** The app with its product, the member who looks after the page, and the page. */
export type LinkedInSecrets = {
  organizationId: string
  memberId: string
  applicationId: string
  clientId: string
  clientSecret: string
  accessToken: string
  refreshToken: string
  tokenSecret: string
}

/** Made once for each installation. */
export function linkedinSecrets({ digits, hex, letters }: Chance): LinkedInSecrets {
  return {
    organizationId: `24${digits(5)}`,
    memberId: letters(10),
    applicationId: digits(9),
    clientId: `86${letters(12).toLowerCase()}`,
    clientSecret: `WPL_AP1.${letters(16)}.${letters(8)}==`,
    accessToken: `AQV${letters(140)}`,
    refreshToken: `AQW${letters(140)}`,
    tokenSecret: hex(64),
  }
}
