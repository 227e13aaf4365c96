import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { missingPlatforms, parseLockfile } from './complete-lockfile.ts'

const lockfile = (packages: object) => parseLockfile(JSON.stringify({ packages }))

it('finds what is asked for on other platforms and not held', () => {
  const lock = lockfile({
    '': {},
    'node_modules/biome': {
      dev: true,
      optionalDependencies: { '@biome/cli-darwin-arm64': '2.6.8', '@biome/cli-linux-x64-musl': '2.6.8' },
    },
    'node_modules/@biome/cli-darwin-arm64': {},
  })
  expect([...missingPlatforms(lock)]).toEqual([
    [
      'node_modules/@biome/cli-linux-x64-musl',
      { version: '2.6.8', optional: true, dev: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    ],
  ])
})

it('looks further out, and leaves alone what names no platform or no version', () => {
  const lock = lockfile({
    '': {},
    'node_modules/a/node_modules/b': {
      optionalDependencies: { 'c-darwin-x64': '1.0.0', 'd-darwin-x64': '1.0.0', e: '1.0.0', 'f-darwin-x64': '^1.0.0' },
    },
    'node_modules/a/node_modules/c-darwin-x64': {},
    'node_modules/d-darwin-x64': {},
  })
  expect(missingPlatforms(lock).size).toBe(0)
})

it('finds nothing missing in ours: run `node bin/complete-lockfile.ts` after every `npm install`', () => {
  const ours = parseLockfile(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'))
  expect([...missingPlatforms(ours).keys()]).toEqual([])
})
