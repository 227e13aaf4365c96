import { expect, it } from 'vitest'
import { isInterruption } from './own-recogniser.ts'

const said = 'Run redis-cli failover on the replica and wait for thirty seconds. 手で切り替えてから30秒待ちます。'

it.each([
  ['wait stop which replica do you mean', true],
  ['no the other cluster', true],
  ['ちょっと待って別のクラスターです', true],
  ['failover on the replica', false],
  ['and wait for thirty seconds', false],
  ['手で切り替えて', false],
  ['uh', false],
  ['ok', false],
])('whether “%s” interrupts us, and is neither a nod nor our own echo: %s', (heard, expected) => {
  expect(isInterruption(heard, said)).toBe(expected)
})
