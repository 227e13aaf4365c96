import { configDefaults, defineConfig } from 'vitest/config'

/** Somebody speaks in real time into a browser: where it is starved for a second, so is what it hears. */
const realTime = ['cli/*-browser.test.ts', 'voice-bot/webrtc/chromium.test.ts']
const exclude = [...configDefaults.exclude, 'bench/peers/**', '.nightdesk/**']

export default defineConfig({
  test: {
    environment: 'node',
    // The second as in bin/nightdesk, and why.
    execArgv: ['--disable-warning=ExperimentalWarning', '--wasm-wrapper-tiering-budget=2000000000'],
    // Generous, because a slow machine is no fault of the code: nothing is proved by these limits.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...realTime],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'in real time', include: realTime, exclude, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
