import { type Percentiles, percentiles } from '../search.ts'
import { type ProviderMark, type SpokenScript, tokensOf } from '../stand-ins/spoken-script.ts'

/** A turn as its client saw it, milliseconds of the machine's steady clock. */
export interface TurnTime {
  /** Its last voiced frame was sent. */
  endedAt: number
  /** The first sound of its answer came. */
  soundAt: number
}

/**
 * What passed beside the delays that the providers are set to and the wait that was asked for, as LiveKit's drivers
 * count it. A model that was asked before the turn had ended costs only what it was still at work after that; one that
 * was asked later was asked too late by so much.
 * @param marks Of the providers, at their end of the wire.
 */
export function addedMs(
  { endedAt, soundAt }: TurnTime,
  marks: readonly ProviderMark[],
  waitMs: number,
  script: SpokenScript,
): number {
  const endsAt = endedAt + waitMs
  const given = last('sentence-given', marks, soundAt) ?? endsAt
  const asked = last('model-asked', marks, given) ?? endsAt
  const sentenceMs = script.firstTokenMs + tokensOf(script.sentences[0] ?? '').length * script.tokenMs
  const modelMs = asked <= endsAt ? Math.max(0, asked + sentenceMs - endsAt) : sentenceMs
  return soundAt - endsAt - modelMs - script.firstSoundMs
}

/** What of it the loop took: the rest is the providers' clients and sockets, and timers that are late. */
export interface LoopTime {
  /** From the end of the turn until the model was asked; 0 where that was before. */
  toModel: number
  /** From the first whole sentence until the voice was asked. */
  toVoice: number
  /** From the first sound of the voice until it was with the client. */
  toSound: number
}

/** @param marks At the ports of the providers, within the process that is measured. */
export function loopTime(
  { endedAt, soundAt }: TurnTime,
  marks: readonly ProviderMark[],
  waitMs: number,
): LoopTime | undefined {
  const endsAt = endedAt + waitMs
  const sounded = last('sound-given', marks, soundAt)
  const voice = sounded === undefined ? undefined : last('voice-asked', marks, sounded)
  const sentence = voice === undefined ? undefined : last('sentence-given', marks, voice)
  const asked = sentence === undefined ? undefined : last('model-asked', marks, sentence)
  if (sounded === undefined || voice === undefined || sentence === undefined || asked === undefined) return undefined
  return {
    toModel: Math.max(0, asked - endsAt),
    toVoice: voice - Math.max(sentence, endsAt),
    toSound: soundAt - sounded,
  }
}

/** The same of many turns; those that the marks tell too little of are left out. */
export function loopTimes(
  times: readonly TurnTime[],
  marks: readonly ProviderMark[],
  waitMs: number,
): Readonly<Record<keyof LoopTime, Percentiles>> {
  const loops = times.flatMap((time) => loopTime(time, marks, waitMs) ?? [])
  const spread = (part: keyof LoopTime): Percentiles => percentiles(loops.map((loop) => loop[part]))
  return { toModel: spread('toModel'), toVoice: spread('toVoice'), toSound: spread('toSound') }
}

function last(what: ProviderMark['what'], marks: readonly ProviderMark[], before: number): number | undefined {
  return marks.findLast((mark) => mark.what === what && mark.at < before)?.at
}
