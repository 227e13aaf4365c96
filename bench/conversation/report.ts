import { type BenchTable, counted, given, sized, timed } from '../report-cells.ts'
import type { ConversationBenchRow } from './conversation.ts'
import { usualProviders } from './desk.ts'
import type { LongTalkRow } from './long-talk.ts'
import type { StopBenchRow } from './stops.ts'

export interface ConversationFindings {
  rows: readonly ConversationBenchRow[]
  stops: readonly StopBenchRow[]
  longTalk: readonly LongTalkRow[]
}

export function conversationTables({ rows, stops, longTalk }: ConversationFindings): BenchTable[] {
  return [
    {
      title: 'What the loop adds to a spoken turn',
      columns: [
        'turns',
        'first sound p50',
        'loop p50',
        'loop p95',
        'loop p99',
        'with adapters and sockets p50',
        'p95',
        'p99',
        'of the search hidden',
        'CPU a minute',
      ],
      rows: rows.map(({ conversations, turns, total, added, addedWithAdapters, searchHidden, cpuSecondsAMinute }) => ({
        name: `${conversations} at once`,
        cells: [
          given(turns),
          ...timed(total).slice(0, 1),
          ...timed(added),
          ...timed(addedWithAdapters),
          { value: searchHidden, text: `${(100 * searchHidden).toFixed(searchHidden > 0.99 ? 1 : 0)} %` },
          { value: cpuSecondsAMinute, text: `${cpuSecondsAMinute.toFixed(2)} s` },
        ],
      })),
    },
    {
      title: 'After an abort',
      columns: ['stops', 'stopped p50', 'p95', 'p99', 'known at the other side', 'p50', 'p95', 'p99'],
      rows: stops.map(({ stage, stops: count, stopped, known }) => ({
        name: stage,
        cells: [given(count), ...timed(stopped), ...(known === undefined ? [] : [given(known.of), ...timed(known)])],
      })),
    },
    {
      title: `One conversation of ${longTalk.at(-1)?.turns ?? 0} turns`,
      columns: ['heap', 'process', 'largest prompt'],
      rows: longTalk.map(({ turns, heapMb, residentMb, promptTokens }) => ({
        name: `after ${turns} ${turns === 1 ? 'turn' : 'turns'}`,
        cells: [
          sized(heapMb * 1e6),
          sized(residentMb * 1e6),
          { ...counted(promptTokens), text: `${promptTokens} tokens` },
        ],
      })),
    },
  ]
}

/** What to know before comparing. */
export function conversationNotes(): string[] {
  const { searchMs, firstTokenMs, tokenMs, firstSoundMs, endpointingMs } = usualProviders
  return [
    `Stand-ins in another process speak the protocols of Deepgram, OpenAI and Cartesia with these delays: end of turn ${endpointingMs} ms, search ${searchMs} ms, first token ${firstTokenMs} ms and ${tokenMs} ms each, first sound ${firstSoundMs} ms. The store is SQLite.`,
    'Added is the time from the end of a turn to its first sound while no provider is at work on what that needs. Of the loop: between the ports of the providers. With adapters and sockets: between the bytes at the other process, so that its waking up is in it five times.',
    "Stopped: from the abort until nothing of the conversation is left here. Known: until the other side's socket was closed, or it was told to stop speaking.",
  ]
}
