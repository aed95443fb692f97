import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Clients that we did not write judge the sandbox: `npm run test:peers` installs them, with the Node that they want, and runs this; `npm test` does not. */
export default defineConfig({
  test: {
    name: 'clients',
    root: fileURLToPath(new URL('../../../..', import.meta.url)),
    include: ['apps/sandbox/test/peers/*.peer.test.ts'],
    maxWorkers: 1,
    testTimeout: 60_000,
  },
})
