import { defaultMinimumMs } from '#voice-bot/turn-taking/options.ts'
import { type BenchTable, given, sized, timed } from '../report-cells.ts'
import { quickProviders, usualVoiceProviders } from './scripts.ts'
import type { VoiceFindings } from './voice.ts'

export function voiceTables({ turns, bargeIn, resume, load }: VoiceFindings): BenchTable[] {
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
      title: 'Of what is added: the loop between its providers',
      columns: ['to the model p50', 'p95', 'to the voice p50', 'p95', 'to the client p50', 'p95'],
      rows: turns.flatMap(({ system, turnEnds, loop }) =>
        loop === undefined
          ? []
          : {
              name: `${system}: ${turnEnds}`,
              cells: [loop.toModel, loop.toVoice, loop.toSound].flatMap((part) => timed(part).slice(0, 2)),
            },
      ),
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
      title: 'Cut off in the middle of an answer, and back at once',
      columns: [
        'breaks',
        'sessions lost',
        'next event p50',
        'p95',
        'sound goes on p50',
        'p95',
        'events missed',
        'events twice',
        'answers not whole',
      ],
      rows: resume.map((row) => ({
        name: `Nightdesk, ${row.transport}`,
        cells: [
          given(row.breaks),
          given(row.lostSessions),
          ...timed(row.event).slice(0, 2),
          ...timed(row.sound).slice(0, 2),
          given(row.missedEvents),
          given(row.doubledEvents),
          given(row.brokenAnswers),
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
    'Speech of espeak-ng in frames of 20 ms, in real time.',
    `The loop alone is measured for both alike: recogniser, model and voice are scripted objects in the process of the loop, and so are its client and its microphone; nobody listens for voices. First token ${quick.firstTokenMs} ms, ${quick.tokenMs} ms each, first sound ${quick.firstSoundMs} ms; the last words come at once when speech ends. Nightdesk is a whole voice session with its gateways and its store: it also asks a scripted search of ${quick.searchMs} ms, as soon as the words so far tell what for. Its client says that the speaker is done; LiveKit's recogniser does.`,
    `Behind sockets Nightdesk runs in a process of its own behind its Realtime WebSocket, with recogniser, search, model and voice as servers in another process: the same delays, and the slower ones ${slow.finalMs} ms for the last words, ${slow.firstTokenMs} ms and ${slow.firstSoundMs} ms. LiveKit is given its frames without a socket in all its rows.`,
    'Added, for both alike: first sound less end of speech, less the wait that is configured, less the delays that the providers are set to; timers that are late count. Nightdesk speaks once a sentence is whole and checked against its source, so that its model is set to take until the next sentence begins; LiveKit speaks from the first token. What its gateways, and behind sockets the clients of its providers, take is in what it adds.',
    'The loop between its providers: from the end of the turn until the model is asked (0 where that was before), from the first sentence (LiveKit: token) until the voice is asked, from the first sound until the client has it; at the ports of the providers in the process that is measured.',
    `The least length is ${defaultMinimumMs} ms here, where words decide earlier, and 500 ms for LiveKit. Over the WebSocket silence is when the client is told to stop; of a call, when the last sound came out of its track, which is held as soon as an interruption is suspected.`,
    'Cut off: the connection is destroyed 0.3 to 1.5 s into an answer, and another one is made at once. A session numbers its events without gaps, so that what is missing or came twice can be counted; an answer is whole when it has as much sound as without a break. Web clients are not in this row.',
    'Sessions at once, all in one process: clients, microphones, recogniser, model and voice are objects beside the sessions, as LiveKit’s are, and count. Behind sockets, what is counted is the process of the agent alone; its callers and its providers take their share of the same cores beside it.',
    'Missed: no sound within 6 s, or no stop within 3 s. Gap: how long a client that plays what it is sent at once had nothing to play within an answer. Reachable: heap and buffers after a forced collection.',
    'Calls over WebRTC: CPU and memory are those of the agent and of the process that holds its calls, Opus both ways included; first sound and gaps are heard behind the callers’ jitter buffers, which are held by another process on the same machine. More than ten of them for each core are not tried.',
    ...(withoutPeer === undefined ? [] : [withoutPeer]),
  ]
}
