import { type BenchCell, type BenchTable, counted, given } from '../report-cells.ts'
import type { BenchChart } from '../report-chart.ts'
import { minimumMs, type TurnEndsRow } from './findings.ts'
import type { TurnTakingFindings } from './turn-taking.ts'

export function turnTakingTables(findings: TurnTakingFindings): BenchTable[] {
  const { eagerness, silence, languages, rooms, disturbances, interruptions } = findings
  const all = disturbances.reduce(
    (sum, row) => ({
      what: 'all',
      times: sum.times + row.times,
      interrupted: sum.interrupted + row.interrupted,
      held: sum.held + row.held,
    }),
    { what: 'all', times: 0, interrupted: 0, held: 0 },
  )
  const columns = ['turns', 'cut off', 'delay p50', 'p95', 'never ended']
  return [
    {
      title: 'The end of a turn',
      columns,
      rows: [
        ...eagerness.map((row) => ({ ...endsRow(row), name: `Nightdesk, eagerness ${row.name}` })),
        ...silence.map((row) => ({ ...endsRow(row), name: `silence of ${row.name} alone` })),
      ],
    },
    { title: 'By language and room, eagerness medium', columns, rows: [...languages, ...rooms].map(endsRow) },
    {
      title: 'What is no interruption',
      columns: ['times', 'taken for one', 'share', 'sound held for a moment'],
      rows: [...disturbances, all].map(({ what, times, interrupted, held }) => ({
        name: what,
        cells: [given(times), counted(interrupted), share(interrupted / Math.max(1, times)), counted(held)],
      })),
    },
    {
      title: 'Interruptions',
      columns: ['times', 'missed', 'decided p50', 'p95'],
      rows: [
        {
          name: `longer than ${minimumMs} ms, time over that`,
          cells: [
            given(interruptions.times - interruptions.short.times),
            counted(interruptions.missed),
            ms(interruptions.overMinimum.p50),
            ms(interruptions.overMinimum.p95),
          ],
        },
        {
          name: 'shorter, time from its beginning',
          cells: [
            given(interruptions.short.times),
            undefined,
            ms(interruptions.short.p50),
            ms(interruptions.short.p95),
          ],
        },
      ],
    },
  ]
}

export function turnTakingNotes({ minutes, split }: TurnTakingFindings): string[] {
  return [
    `${minutes} minutes of speech by espeak-ng in English and Japanese, of sentences that nothing was tuned on${split === 'test' ? '' : ' (no: this is the tuning set)'}; noises are computed. Levels are distances from the speaker. Frames are Silero's; the recogniser is simulated: each word 150 to 300 ms after its end, none of them wrong but for echoes.`,
    'Pauses within a turn last 300 to 1,500 ms. Cut off: the turn was ended while the speaker had more to say. The delay counts from the end of the last word, and also where the turn had been cut off before.',
    'Silence alone has the same gate for noises, so that only the policies differ.',
  ]
}

/** Cut-offs against delay: towards the lower left is better. */
export function turnTakingChart({ sweep, silence }: TurnTakingFindings): BenchChart {
  const points = (rows: readonly TurnEndsRow[]) =>
    rows.map(({ name, delay, cutOffShare }) => ({ name, x: delay.p50, y: 100 * cutOffShare }))
  return {
    title: 'Early cut-offs against the median delay of a turn’s end',
    x: 'median delay, ms',
    y: 'cut off, %',
    lines: [
      { name: 'Nightdesk, waits × 0.5 to 2', ours: true, points: points(sweep) },
      { name: 'silence alone', ours: false, points: points(silence) },
    ],
  }
}

function endsRow({ name, turns, cutOffShare, delay, stuck }: TurnEndsRow): BenchTable['rows'][number] {
  return { name, cells: [given(turns), share(cutOffShare), ms(delay.p50), ms(delay.p95), counted(stuck)] }
}

function share(of: number): BenchCell {
  return { value: of, text: `${(100 * of).toFixed(1)} %` }
}

function ms(value: number): BenchCell {
  return { value, text: `${Math.round(value)} ms` }
}
