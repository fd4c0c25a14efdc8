import { defineConfig } from 'vitest/config'

export default defineConfig({
  // A test that hangs ends; how long one takes is the machine's business.
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    testTimeout: 300_000,
    setupFiles: ['test/seed.ts'],
  },
})
