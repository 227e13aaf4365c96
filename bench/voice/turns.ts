import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type Percentiles, percentiles } from '../search.ts'
import type { ProviderMark, SpokenScript } from '../stand-ins/spoken-script.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { addedMs, type LoopTime, loopTimes, type TurnTime } from './added-time.ts'
import { Caller } from './caller.ts'
import { pace, questions, speech } from './microphone.ts'
import { quickProviders, usualVoiceProviders } from './scripts.ts'
import { startVoiceChild } from './voice-child.ts'

export interface VoiceTurnsRow {
  system: string
  /** How the end of a turn is found. */
  turnEnds: string
  turns: number
  missed: number
  /** Milliseconds from the last voiced frame to the first sound. */
  total: Percentiles
  /** Of that, what neither the providers were set to take nor the wait; absent where the wait is the system's own choice. */
  added?: Percentiles | undefined
  /** Of that, what the loop took between its providers. */
  loop?: Readonly<Record<keyof LoopTime, Percentiles>> | undefined
}

interface Scenario {
  turnEnds: string
  detection: object | null
  script: SpokenScript
  /** The silence that was asked for; absent: its own choice. */
  waitMs?: number
}

const scenarios: readonly Scenario[] = [
  {
    turnEnds: 'by the client; client and providers behind sockets',
    detection: null,
    script: quickProviders,
    waitMs: 0,
  },
  {
    turnEnds: 'server_vad, 300 ms of silence; behind sockets',
    detection: { type: 'server_vad', silence_duration_ms: 300 },
    script: quickProviders,
    waitMs: 300,
  },
  {
    turnEnds: 'semantic_vad, everything on, slower providers; behind sockets',
    detection: { type: 'semantic_vad', eagerness: 'auto' },
    script: usualVoiceProviders,
  },
]

const warmUp = 3
const answerMs = 6000
const Marks = z.record(z.string(), z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object')))

/** Questions asked in real time, one after the other, each answered before the next is asked. */
export async function benchVoiceTurns(
  turns: number,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<VoiceTurnsRow[]> {
  const said = await speech(questions, signal)
  const rows: VoiceTurnsRow[] = []
  for (const scenario of scenarios) {
    progress(`Nightdesk, turns end ${scenario.turnEnds}`)
    rows.push(await measured(scenario, said, turns, signal))
  }
  return rows
}

async function measured(
  { turnEnds, detection, script, waitMs }: Scenario,
  said: readonly Int16Array[],
  turns: number,
  signal: AbortSignal,
): Promise<VoiceTurnsRow> {
  await using standIns = await startStandIns(['spoken'])
  await using voice = await startVoiceChild(await standIns.askText('spoken', 'url', script))
  await using caller = await Caller.connect(voice.url, { audio: { input: { turn_detection: detection } } })
  const pacer = pace([caller.microphone])
  const times: TurnTime[] = []
  try {
    await pause(1000, undefined, { signal })
    for (let turn = 0; turn < turns + warmUp; turn++) {
      const time = await ask(caller, said[turn % said.length] ?? new Int16Array(), detection === null, signal)
      if (turn >= warmUp && time !== undefined) times.push(time)
      await pause(answerMs, undefined, { signal })
    }
  } finally {
    pacer.stop()
  }
  const marks = Marks.parse(await standIns.ask('spoken', 'marks')).voice ?? []
  const ports = await voice.marks()
  return {
    system: 'Nightdesk',
    turnEnds,
    turns: times.length,
    missed: turns - times.length,
    total: percentiles(times.map(({ endedAt, soundAt }) => soundAt - endedAt)),
    ...(waitMs === undefined
      ? {}
      : {
          added: percentiles(times.map((time) => addedMs(time, marks, waitMs, script))),
          loop: loopTimes(times, ports, waitMs),
        }),
  }
}

async function ask(
  caller: Caller,
  samples: Int16Array,
  byClient: boolean,
  signal: AbortSignal,
): Promise<TurnTime | undefined> {
  const sound = Promise.withResolvers<number>()
  let done = false
  caller.listen((type, at) => {
    if (type !== 'response.output_audio.delta' || done) return
    done = true
    sound.resolve(at)
  })
  const { ends } = caller.microphone.say(samples)
  const endedAt = await ends
  if (byClient) {
    caller.send({ type: 'input_audio_buffer.commit' })
    caller.send({ type: 'response.create' })
  }
  const soundAt = await Promise.race([sound.promise, pause(6000, undefined, { signal })])
  done = true
  return soundAt === undefined ? undefined : { endedAt, soundAt }
}
