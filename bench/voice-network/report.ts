import { type BenchCell, type BenchTable, counted, given, timed } from '../report-cells.ts'
import type { BenchChart } from '../report-chart.ts'
import type { CutRow, LineRow, VoiceNetworkFindings } from './measuring.ts'

const names = { webrtc: 'WebRTC', websocket: 'WebSocket' } as const

export function voiceNetworkTables({ lines, cuts }: VoiceNetworkFindings): BenchTable[] {
  return [
    {
      title: 'Answers over a line',
      columns: ['turns', 'missed', 'first sound p50', 'p95', 'silent within answers', 'longest', 'made up'],
      rows: lines.map(answersRow),
    },
    {
      title: 'What is heard of the caller',
      columns: ['speech is late p50', 'p95', 'interruptions heard', 'until silence p50', 'other connections'],
      rows: lines.map(hearingRow),
    },
    {
      title: 'A line that is cut in the middle of an answer',
      columns: [
        'turns',
        'missed',
        'back after mending',
        'other connections',
        'sessions lost',
        'events lost',
        'events twice',
      ],
      rows: cuts.map(cutRow),
    },
  ]
}

export function voiceNetworkNotes({ network, seed }: VoiceNetworkFindings): string[] {
  return [
    network === 'namespaces'
      ? 'The caller has a network namespace of its own. Its packets, and those to it, go through a TUN device and a process that loses some, by chance, and delays each by 40 ± 30 ms (120 ± 100 ms), evenly spread, so that they overtake each other: as `netem delay 40ms 30ms loss 5%` on both ends. The good line takes 20 ms. TCP, ICE and Opus are the real ones.'
      : 'The line is a relay: datagrams are lost and overtake each other as on a real one, but a connection is only given the delays that TCP would roughly cause. Network namespaces were not to be had.',
    `Both transports talk at once over the same line; seed ${seed}. Turns end as semantic_vad finds; recogniser, model and voice take 100, 200 and 80 ms. First sound: from the last voiced frame that is said until something is heard. Until silence: from the first voiced frame of an interruption.`,
    'Answers are a sound without pauses: what is silent within one is a gap. Made up: what the jitter buffer put in place of sound that had not come, silence left out. Speech is late: how much later than the soonest it reaches the agent; over WebRTC it is on time, and what is missing is made up there too.',
    'Other connections: how often the client connected anew, as the web page does, and resumed its session.',
  ]
}

/** Towards the bottom is better. */
export function voiceNetworkCharts({ lines }: VoiceNetworkFindings): BenchChart[] {
  const chart = (title: string, y: string, of: (row: LineRow) => number): BenchChart => ({
    title,
    x: 'packets lost each way, %',
    y,
    lines: (['webrtc', 'websocket'] as const).map((transport) => ({
      name: names[transport],
      ours: transport === 'webrtc',
      points: lines
        .filter((row) => row.transport === transport)
        .map((row) => ({ name: row.line, x: 100 * row.quality.loss, y: of(row) })),
    })),
  })
  return [
    chart(
      'Silence within answers, by packets lost',
      'silent, %',
      ({ caller }) => (100 * caller.silentMs) / Math.max(1, caller.heardMs),
    ),
    chart(
      'From the end of speech to the first sound, by packets lost',
      'first sound, p95, ms',
      ({ firstSound }) => firstSound.p95,
    ),
  ]
}

function answersRow({ transport, line, caller, firstSound }: LineRow): BenchTable['rows'][number] {
  const { turns, answered, heardMs, silentMs, longestSilenceMs, sound } = caller
  return {
    name: `${names[transport]}, ${line}`,
    cells: [
      given(turns),
      counted(turns - answered),
      ...timed(firstSound).slice(0, 2),
      share(silentMs / Math.max(1, heardMs)),
      ms(longestSilenceMs),
      sound && share(sound.concealedShare),
    ],
  }
}

function hearingRow({ transport, line, caller, stop, heardLate }: LineRow): BenchTable['rows'][number] {
  const { stopped, interruptions, resumedAfterMs } = caller
  return {
    name: `${names[transport]}, ${line}`,
    cells: [
      ...(transport === 'websocket' ? timed(heardLate).slice(0, 2) : [undefined, undefined]),
      { text: `${stopped} of ${interruptions}` },
      stopped === 0 ? undefined : timed(stop)[0],
      counted(resumedAfterMs.length),
    ],
  }
}

function cutRow({ transport, line, caller }: CutRow): BenchTable['rows'][number] {
  return {
    name: `${names[transport]}, ${line}`,
    cells: [
      given(caller.turns),
      counted(caller.turns - caller.answered),
      caller.backMs === undefined ? { text: 'never' } : ms(caller.backMs),
      counted(caller.resumedAfterMs.length),
      counted(caller.lostSessions),
      counted(caller.lostEvents),
      counted(caller.doubledEvents),
    ],
  }
}

function share(of: number): BenchCell {
  return { value: of, text: `${(100 * of).toFixed(1)} %` }
}

function ms(value: number): BenchCell {
  return { value, text: `${Math.round(value)} ms` }
}
