import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Servers that we did not write: `npm run test:peers` installs them and runs this; `npm test` does not. */
export default defineConfig({
  test: {
    name: 'peers',
    root: fileURLToPath(new URL('../../../..', import.meta.url)),
    include: ['apps/server/test/peers/*.peer.test.ts'],
    globalSetup: 'apps/server/test/postgres-setup.ts',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
