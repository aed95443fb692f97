import { defineConfig } from 'vitest/config'

const everywhere = '{apps,packages}/*/{src,test}/**'

/** One project a kind of test, told by the file's name; see ARCHITECTURE.md. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: [`${everywhere}/*.test.{ts,tsx}`],
          exclude: [`${everywhere}/*.{db,web,peer}.test.{ts,tsx}`],
          // Property tests on a busy machine take longer than they should; a hang is still found.
          testTimeout: 20_000,
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'db',
          include: [`${everywhere}/*.db.test.ts`],
          globalSetup: 'apps/server/test/postgres-setup.ts',
          maxWorkers: 2,
          // Some play every platform at once, and there are twenty of them.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Twenty platforms are read at once here: a second, which is usual, says more of the machine than of the product.
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'web',
          include: [`${everywhere}/*.web.test.ts`],
          globalSetup: 'apps/server/test/postgres-setup.ts',
          // A browser, a server and a database already fill two cores.
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 90_000,
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
