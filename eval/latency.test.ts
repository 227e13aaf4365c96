import { expect, it } from 'vitest'
import { latencyFigures } from './latency.ts'

it('takes percentiles by nearest rank', () => {
  const times = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(latencyFigures(times)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 })
  expect(latencyFigures([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 })
  expect(latencyFigures([])).toBeUndefined()
})
