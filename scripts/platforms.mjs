// `npx tsx scripts/platforms.mjs`: writes docs/platforms.md anew from the adapters in the registry.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { platforms } from '../packages/platforms/src/registry.ts'
import { describePlatforms } from '../packages/platforms/src/table.ts'
import { root } from './fingerprint.mjs'

writeFileSync(join(root, 'docs/platforms.md'), describePlatforms(platforms))
