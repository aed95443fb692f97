import type { Faults } from './faults/faults.ts'
import type { SandboxSecrets } from './secrets.ts'
import type { World } from './world/world.ts'

/** What every part of the sandbox is given. `publicUrl()` is the origin people open in a browser. */
export type Context = {
  world: World
  secrets: SandboxSecrets
  faults: Faults
  publicUrl: () => string
  enforceLimits: boolean
}
