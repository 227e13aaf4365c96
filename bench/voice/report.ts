import { defaultMinimumMs } from '#voice-bot/turn-taking/options.ts'
import { type BenchTable, given, sized, timed } from '../report-cells.ts'
import { quickProviders, usualVoiceProviders } from './scripts.ts'
import type { VoiceFindings } from './voice.ts'

export function voiceTables({ turns, bargeIn, load }: VoiceFindings): BenchTable[] {
  return [
    {
      title: 'From the end of speech to the first sound',
      columns: ['turns', 'missed', 'first sound p50', 'p95', 'added p50', 'p95', 'p99'],
      rows: turns.map(({ system, turnEnds, turns: count, missed, total, added }) => ({
        name: `${system}: ${turnEnds}`,
        cells: [given(count), given(missed), ...timed(total).slice(0, 2), ...(added === undefined ? [] : timed(added))],
      })),
    },
    {
      title: 'Talked over: until silence, beyond the least length of an interruption',
      columns: ['interruptions', 'missed', 'stop p50', 'p95', 'p99', 'voice cancelled p95', 'sound afterwards'],
      rows: bargeIn.map(({ system, transport, interruptions, missed, stop, voiceCancelled, soundAfterwards }) => ({
        name: `${system}, ${transport}`,
        cells: [
          given(interruptions),
          given(missed),
          ...timed(stop),
          voiceCancelled && timed(voiceCancelled)[1],
          soundAfterwards === undefined ? undefined : given(soundAfterwards),
        ],
      })),
    },
    {
      title: 'Sessions at once, six turns a minute each',
      columns: [
        'minutes',
        'turns',
        'missed',
        'CPU a session-minute',
        'first sound p50',
        'p95',
        'gap p99.9',
        'resident a session',
        'reachable, begun',
        'reachable, ended',
      ],
      rows: load.map((row) => ({
        name: `${row.system}, ${row.sessions} at once`,
        cells: [
          given(row.minutes),
          given(row.turns),
          given(row.missed),
          { value: row.cpuSecondsPerSessionMinute, text: `${row.cpuSecondsPerSessionMinute.toFixed(2)} s` },
          ...timed(row.firstSound).slice(0, 2),
          row.gapP999Ms === undefined ? undefined : { value: row.gapP999Ms, text: `${row.gapP999Ms.toFixed(0)} ms` },
          sized(Math.max(0, row.residentMbPerSession) * 1e6),
          row.heapMb?.begun === undefined ? undefined : sized(row.heapMb.begun * 1e6),
          row.heapMb === undefined ? undefined : sized(row.heapMb.ended * 1e6),
        ],
      })),
    },
  ]
}

/** What to know before comparing. */
export function voiceNotes({ withoutPeer }: VoiceFindings): string[] {
  const slow = usualVoiceProviders
  const quick = quickProviders
  return [
    `Speech of espeak-ng in frames of 20 ms, in real time. Nightdesk runs in a process of its own behind its Realtime WebSocket, with recogniser, model and voice as servers in another process: final words at once, first token ${quick.firstTokenMs} ms, first sound ${quick.firstSoundMs} ms; the slower ones ${slow.finalMs}, ${slow.firstTokenMs} and ${slow.firstSoundMs} ms. LiveKit's are scripted objects in its own process, with the same delays, and it is given frames without a socket.`,
    'Added: beyond the wait that was configured and the time that the providers took for what was needed. Nightdesk speaks once a sentence is whole and checked against its source, and counts the model as at work until then; LiveKit speaks from the first token.',
    `The least length is ${defaultMinimumMs} ms here, where words decide earlier, and 500 ms for LiveKit.`,
    'Missed: no sound within 6 s, or no stop within 3 s. Gap: how long a client that plays what it is sent at once had nothing to play within an answer. Reachable: heap and buffers after a forced collection.',
    ...(withoutPeer === undefined ? [] : [withoutPeer]),
  ]
}
