import { type BenchTable, timed } from '../report-cells.ts'
import type { Gaps } from './heard-tone.ts'
import type { VoiceNetworkRow } from './voice-network.ts'
import { bufferMs } from './wire.ts'

export function voiceNetworkTable(rows: readonly VoiceNetworkRow[]): BenchTable {
  return {
    title: 'Voice over a line',
    columns: ['caller: gaps', 'longest', 'agent: gaps', 'longest', 'event p50', 'p95', 'p99'],
    rows: rows.map(({ name, caller, agent, echo }) => ({
      name,
      cells: [...gapCells(caller), ...gapCells(agent), ...timed(echo)],
    })),
  }
}

export function voiceNetworkNotes(): string[] {
  return [
    `A tone both ways. Gaps: the share of the time in which nothing of it was heard, and the longest; over WebRTC after its jitter buffer and loss concealment, over a WebSocket as a player would have it that begins ${bufferMs} ms late.`,
    'The line is a relay in this process: datagrams are lost and overtake each other; a lost TCP segment comes one round trip later, and what follows it waits. Events: there and back.',
  ]
}

function gapCells({ share, longestMs }: Gaps) {
  return [
    { value: share, text: `${(share * 100).toFixed(2)} %` },
    { value: longestMs, text: `${Math.round(longestMs)} ms` },
  ]
}
