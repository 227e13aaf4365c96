import type { Log } from '#runtime/log.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent } from './events.ts'
import { type Entry, RecordingError } from './recorded-entries.ts'
import { written } from './recorded-values.ts'
import { RecordedWorld } from './recorded-world.ts'
import type { Lexicon } from './speech/lexicon.ts'

/** What a replay gave out, and where it first differs from what was recorded; how long things took doesn't count. */
export interface Replayed {
  events: readonly ConversationEvent[]
  difference?: { at: number; recorded: string; replayed: string } | undefined
}

/**
 * Takes the recorded turns again, with everything from outside given back in the order in which it came. Nothing is
 * asked of the world; the same recording always gives the same events.
 * @param parts The lexicon has to be the one of the recording.
 * @throws {RecordingError} When there is nothing to replay.
 */
export async function replay(
  entries: readonly Entry[],
  parts: { lexicon: Lexicon; log: Log },
  signal: AbortSignal,
): Promise<Replayed> {
  const talk = entries.find((entry) => entry.kind === 'talk')
  if (talk === undefined) throw new RecordingError('it does not say whose conversation it is')
  const world = new RecordedWorld(entries)
  const conversation = new Conversation(world.parts({ ...talk, ...parts }), talk.options)
  const events: ConversationEvent[] = []
  const releasing = world.release(signal)
  for await (const event of conversation.turns(world.inputs, signal)) events.push(event)
  world.stop()
  await releasing
  const recorded = entries.flatMap((entry) => (entry.kind === 'out' ? [entry.event] : []))
  return { events, difference: firstDifference(recorded, events) }
}

/** What is heard, read and said goes on side by side: only within each is the order the same every time. */
const lanes: Readonly<Record<string, string>> = {
  interim: 'heard',
  final: 'heard',
  sentence: 'said',
  audio: 'sounding',
}

function firstDifference(
  recorded: readonly ConversationEvent[],
  replayed: readonly ConversationEvent[],
): Replayed['difference'] {
  const lane = (events: readonly ConversationEvent[], name: string) =>
    events.map((event, at) => ({ event, at })).filter(({ event }) => (lanes[event.kind] ?? 'read') === name)
  for (const name of ['heard', 'read', 'said', 'sounding']) {
    const [ones, others] = [lane(recorded, name), lane(replayed, name)]
    for (let at = 0; at < Math.max(ones.length, others.length); at++) {
      const [one, other] = [comparable(ones[at]?.event), comparable(others[at]?.event)]
      if (one !== other) return { at: ones[at]?.at ?? recorded.length, recorded: one, replayed: other }
    }
  }
  return undefined
}

function comparable(event: ConversationEvent | undefined): string {
  if (event === undefined) return 'nothing'
  if (event.kind === 'audio') {
    const sum = event.samples.reduce((all, sample) => (all * 31 + sample) % 1_000_003, 7)
    return written({ ...event, samples: `${event.samples.length} samples, sum ${sum}` })
  }
  if (event.kind === 'metrics') return written({ ...event, metrics: { ...event.metrics, timingsMs: {} } })
  if (event.kind === 'done') return written({ ...event, answer: { ...event.answer, timingsMs: {} } })
  return written(event)
}
