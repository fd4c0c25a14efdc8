import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const dir = import.meta.dirname

/**
 * The tests share one cluster. Files take turns; tests within a file do where they do not say `concurrent`. The last group boots
 * and ends the cluster itself.
 */
export default defineConfig({
  test: {
    globalSetup: join(dir, 'setup.ts'),
    fileParallelism: false,
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [join(dir, '**/*.test.ts')],
          exclude: [join(dir, 'lifecycle/**')],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'lifecycle', include: [join(dir, 'lifecycle/*.test.ts')], sequence: { groupOrder: 2 } },
      },
    ],
  },
})
