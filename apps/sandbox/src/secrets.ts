import type { Chance } from './dialect.ts'
import { pickCharacters } from './random.ts'
import { dialects } from './registry.ts'

/**
 * Who the pretend brand is on each platform and what opens its doors, by platform: the ids that
 * stay the same between runs, and the secrets. One such object is one installation.
 */
export type SandboxSecrets = { [Each in (typeof dialects)[number] as Each['id']]: ReturnType<Each['secrets']> }

/**
 * Makes secrets for one installation, keeping those that it had before. Give a cryptographically strong `random`
 * (0 <= n < 1) where other people can reach the sandbox, a seeded one in tests.
 */
export function makeSecrets(random: () => number, before: Partial<SandboxSecrets> = {}): SandboxSecrets {
  const chance = chanceOf(random)
  const kept = before as Record<string, object | undefined>
  return Object.fromEntries(dialects.map(({ id, secrets }) => [id, { ...secrets(chance), ...kept[id] }])) as SandboxSecrets
}

function chanceOf(random: () => number): Chance {
  return {
    random,
    hex: (length) => pickCharacters(random, '0123456789abcdef', length),
    digits: (length) => pickCharacters(random, '123456789', length),
    letters: (length) => pickCharacters(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', length),
    base32: (length) => pickCharacters(random, 'abcdefghijklmnopqrstuvwxyz234567', length),
  }
}
