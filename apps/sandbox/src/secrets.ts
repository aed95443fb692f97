import { pickCharacters } from './random.ts'

/**
 * Who the pretend brand is on each platform and what opens its doors: the ids that
 * stay the same between runs, and the secrets. One such object is one installation.
 */
export type SandboxSecrets = {
  facebook: {
    appId: string
    appSecret: string
    verifyToken: string
    pageId: string
    pageName: string
    pageAccessToken: string
    userId: string
    userAccessToken: string
  }
  bluesky: { identifier: string; did: string; appPassword: string; jwtSecret: string }
  mastodon: {
    accountId: string
    acct: string
    clientId: string
    clientSecret: string
    accessToken: string
  }
}

/**
 * Makes secrets for one installation. Give a cryptographically strong `random` (0 <= n < 1)
 * where other people can reach the sandbox, a seeded one in tests.
 */
export function makeSecrets(random: () => number): SandboxSecrets {
  const hex = (length: number) => pickCharacters(random, '0123456789abcdef', length)
  const digits = (length: number) => pickCharacters(random, '123456789', length)
  const letters = (length: number) => pickCharacters(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', length)
  const base32 = (length: number) => pickCharacters(random, 'abcdefghijklmnopqrstuvwxyz234567', length)
  return {
    facebook: {
      appId: digits(15),
      appSecret: hex(32),
      verifyToken: letters(24),
      pageId: digits(15),
      pageName: 'Fieldnote',
      pageAccessToken: `EAA${letters(120)}`,
      userId: digits(15),
      userAccessToken: `EAA${letters(120)}`,
    },
    bluesky: {
      identifier: 'fieldnote.test',
      did: `did:plc:${base32(24)}`,
      appPassword: [base32(4), base32(4), base32(4), base32(4)].join('-'),
      jwtSecret: hex(64),
    },
    mastodon: {
      accountId: `1${digits(17)}`,
      acct: 'fieldnote',
      clientId: letters(43),
      clientSecret: letters(43),
      accessToken: letters(43),
    },
  }
}
