import { createHash, randomBytes } from 'node:crypto'

/** What somebody agreed to on a platform's page. `challenge` is S256 (RFC 7636), null where none was sent. */
export type Grant = { clientId: string; redirectUri: string; challenge: string | null; scope: string }

/** Why a code is not taken. */
export type CodeTrouble = 'unknown' | 'used' | 'expired' | 'redirect' | 'verifier'

/** Authorization codes: each good once, for a while, for its redirect address and with its verifier (RFC 6749, 4.1). */
export class Codes {
  #now: () => number
  #livesMs: number
  #byCode = new Map<string, Grant & { at: number; used: boolean }>()

  constructor(now: () => number, livesSeconds: number) {
    this.#now = now
    this.#livesMs = livesSeconds * 1000
  }

  /** A code for what was agreed to. */
  give(grant: Grant): string {
    const code = randomBytes(24).toString('base64url')
    this.#byCode.set(code, { ...grant, at: this.#now(), used: false })
    return code
  }

  /** Where the person goes back to, with the code and their `state`. */
  backTo(grant: Grant, state: string | undefined): string {
    const url = new URL(grant.redirectUri)
    url.searchParams.set('code', this.give(grant))
    if (state !== undefined) url.searchParams.set('state', state)
    return url.href
  }

  /** What the code stood for, or why it is not taken. */
  take(code: string, given: { redirectUri: string | undefined; verifier: string | undefined }): Grant | CodeTrouble {
    const known = this.#byCode.get(code)
    if (!known) return 'unknown'
    if (known.used) return 'used'
    if (this.#now() - known.at > this.#livesMs) return 'expired'
    if (known.redirectUri !== given.redirectUri) return 'redirect'
    const proof = createHash('sha256')
      .update(given.verifier ?? '')
      .digest('base64url')
    if (known.challenge !== null && known.challenge !== proof) return 'verifier'
    known.used = true
    return known
  }

  /** Forgets all. */
  clear(): void {
    this.#byCode.clear()
  }
}
