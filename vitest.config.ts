import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'bench/peers/**', '.nightdesk/**'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    maxWorkers: 2,
    // Generous, because a slow machine is no fault of the code: nothing is proved by these limits.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    unstubEnvs: true,
  },
})
