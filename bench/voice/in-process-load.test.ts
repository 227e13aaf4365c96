import { expect, it } from 'vitest'
import { inProcessRow } from './in-process-load.ts'

it('a process with all of it in it is told by what it took beyond its beginning, for each session', () => {
  const row = inProcessRow(
    {
      times: [300, 500],
      missed: 1,
      cpuSecondsPerSessionMinute: 0.5,
      emptyMb: 200,
      residentMb: [240, 260, 250],
      reachableMb: { begun: 60, ended: 70 },
    },
    { sessions: 20, minutes: 1.5 },
  )
  expect(row).toMatchObject({ turns: 2, missed: 1, residentMbPerSession: 3, heapMb: { begun: 60, ended: 70 } })
  expect(row.memory).toEqual([
    { minute: 0.5, residentMb: 240 },
    { minute: 1, residentMb: 260 },
    { minute: 1.5, residentMb: 250 },
  ])
})
