import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { EspeakTextToSpeech } from '#providers/text-to-speech/espeak/espeak-text-to-speech.ts'
import { type Percentiles, percentiles } from '../search.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { openDesk, usualProviders } from './desk.ts'
import { steadyMs } from './port-marks.ts'

export interface StopBenchRow {
  /** What was under way when it was stopped. */
  stage: string
  stops: number
  /** Milliseconds from the abort until nothing of the conversation was left in this process. */
  stopped: Percentiles
  /** Until the other side knew: its socket was closed, or it was told; absent: there is no other side. */
  known?: (Percentiles & { of: number }) | undefined
}

interface Stage {
  name: string
  /** It is under way from this event on. */
  during: (event: ConversationEvent) => boolean
  inputs: (signal: AbortSignal) => AsyncIterable<ConversationInput>
  /** What the other side notes when it is asked, and when it is left. */
  asked?: ProviderMark['what'] | undefined
  left?: ProviderMark['what'] | undefined
  local?: boolean
}

const question = 'How do I fail over Redis by hand?'

async function* typed(): AsyncGenerator<ConversationInput> {
  yield { kind: 'text', text: question }
}

async function* heard(signal: AbortSignal): AsyncGenerator<ConversationInput> {
  const samples = new Int16Array(320)
  while (!signal.aborted) {
    yield { kind: 'audio', samples, sampleRate: 16_000 }
    await pause(20, undefined, { signal })
  }
}

const stages: readonly Stage[] = [
  { name: 'hearing', during: ({ kind }) => kind === 'interim', inputs: heard, left: 'hearing-left' },
  { name: 'searching', during: isAt('searching'), inputs: typed, asked: 'search-asked', left: 'search-left' },
  { name: 'the model', during: isAt('writing'), inputs: typed, asked: 'model-asked', left: 'model-left' },
  {
    name: 'speaking',
    during: ({ kind }) => kind === 'audio',
    inputs: typed,
    asked: 'voice-asked',
    left: 'voice-cancelled',
  },
  { name: 'espeak-ng', during: ({ kind }) => kind === 'sentence', inputs: typed, local: true },
]

function isAt(stage: string): Stage['during'] {
  return (event) => event.kind === 'status' && event.stage === stage
}

/** Stops conversations in each of their stages, a little after it was entered. */
export async function benchStops(stopsEach: number, signal: AbortSignal): Promise<StopBenchRow[]> {
  await using standIns = await startStandIns(['spoken'])
  const url = await standIns.askText('spoken', 'url', usualProviders)
  const rows: StopBenchRow[] = []
  for (const stage of stages) {
    const stopped: number[] = []
    const stops = new Map<string, number>()
    // The first one warms up.
    for (let at = -1; at < stopsEach; at++) {
      const key = `${stage.name} ${at}`.replaceAll(' ', '-')
      const { abortedAt, ms } = await oneStop(stage, key, url, signal)
      if (at < 0) continue
      stopped.push(ms)
      stops.set(key, abortedAt)
    }
    // Whoever is told last has to have the time to note it.
    await pause(100, undefined, { signal })
    const marks = Marks.parse(await standIns.ask('spoken', 'marks'))
    const known: number[] = []
    for (const [key, abortedAt] of stops) {
      const own = marks[key] ?? []
      // What had not reached the other side, or was over there, is not left.
      if (stage.asked !== undefined && !own.some(({ what, at }) => what === stage.asked && at < abortedAt)) continue
      const left = own.find(({ what, at }) => what === stage.left && at >= abortedAt)
      if (left !== undefined) known.push(left.at - abortedAt)
    }
    rows.push({
      stage: stage.name,
      stops: stopped.length,
      stopped: percentiles(stopped),
      ...(stage.left === undefined ? {} : { known: { ...percentiles(known), of: known.length } }),
    })
  }
  return rows
}

const Marks = z.record(z.string(), z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object')))

async function oneStop(
  stage: Stage,
  key: string,
  url: string,
  signal: AbortSignal,
): Promise<{ abortedAt: number; ms: number }> {
  await using desk = openDesk({ key, url, conversations: new MemoryConversations() })
  await using voice = new EspeakTextToSpeech()
  const stop = new AbortController()
  const parts: ConversationParts =
    stage.local === true && desk.parts.speech !== undefined
      ? { ...desk.parts, speech: { ...desk.parts.speech, toSpeech: voice } }
      : desk.parts
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  let abortedAt = 0
  let waiting: Promise<void> | undefined
  const abort = async (): Promise<void> => {
    await pause(10, undefined, { signal })
    abortedAt = steadyMs()
    stop.abort(new Error('stopped'))
  }
  try {
    for await (const event of conversation.turns(stage.inputs(stop.signal), stop.signal)) {
      if (stage.during(event)) waiting ??= abort()
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  }
  const ms = steadyMs() - abortedAt
  await waiting
  return { abortedAt, ms }
}
