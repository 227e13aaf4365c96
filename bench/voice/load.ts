import { setTimeout as pause } from 'node:timers/promises'
import { steadyMs } from '../conversation/port-marks.ts'
import { type Percentiles, percentiles } from '../search.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { Caller, deltaMs } from './caller.ts'
import { pace, questions, speech } from './microphone.ts'
import { quickProviders } from './scripts.ts'
import { startVoiceChild, type VoiceUse } from './voice-child.ts'

export interface VoiceLoadRow {
  system: string
  sessions: number
  minutes: number
  turns: number
  missed: number
  /** Of the voice agent's process alone, VAD included. */
  cpuSecondsPerSessionMinute: number
  /** Milliseconds from the last voiced frame to the first sound. */
  firstSound: Percentiles
  /** Milliseconds that a client's playback ran dry within an answer, of all pieces of sound. */
  gapP999Ms?: number | undefined
  /** Reachable after a collection, heap and what lies beside it: with all sessions idle, and at the end. */
  heapMb?: { begun?: number | undefined; ended: number } | undefined
  /** Of the process for each session, beyond what it was before the first. */
  residentMbPerSession: number
  memory: readonly { minute: number; heapMb?: number | undefined; residentMb: number }[]
}

/** Six turns a minute: about 3 s of asking, 5 s of answer, the rest quiet. */
const turnEveryMs = 10_000

/** Sessions that all talk in real time. */
export async function benchVoiceLoad(
  { sessions, minutes }: { sessions: number; minutes: number },
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<VoiceLoadRow> {
  const said = await speech(questions, signal)
  await using standIns = await startStandIns(['spoken'])
  await using voice = await startVoiceChild(await standIns.askText('spoken', 'url', quickProviders))
  const empty = await voice.use()
  const turn_detection = { type: 'server_vad', silence_duration_ms: 300 }
  const callers = await Promise.all(
    Array.from({ length: sessions }, () => Caller.connect(voice.url, { audio: { input: { turn_detection } } })),
  )
  const pacer = pace(callers.map(({ microphone }) => microphone))
  const times: number[] = []
  const gaps: number[] = []
  let missed = 0
  const memory: { minute: number; use: VoiceUse }[] = []
  try {
    await pause(3000, undefined, { signal })
    const begun = await voice.use()
    memory.push({ minute: 0, use: begun })
    const startedAt = steadyMs()
    const endsAt = startedAt + minutes * 60_000
    const talking = callers.map(async (caller, at) => {
      await pause((at * turnEveryMs) / sessions, undefined, { signal })
      for (let turn = at; steadyMs() < endsAt; turn++) {
        const next = steadyMs() + turnEveryMs
        const one = await ask(caller, said[turn % said.length] ?? new Int16Array(), gaps, signal)
        if (one === undefined) missed += 1
        else times.push(one)
        await pause(Math.max(0, next - steadyMs()), undefined, { signal })
      }
    })
    for (let minute = 1; minute <= minutes; minute++) {
      await pause(Math.max(0, startedAt + minute * 60_000 - steadyMs()), undefined, { signal })
      memory.push({ minute, use: await voice.use() })
      progress(`${sessions} sessions, minute ${minute} of ${minutes}`)
    }
    const ended = memory.at(-1)?.use ?? begun
    const elapsedMinutes = (steadyMs() - startedAt) / 60_000
    await Promise.all(talking)
    return {
      system: 'Nightdesk, behind sockets',
      sessions,
      minutes,
      turns: times.length,
      missed,
      cpuSecondsPerSessionMinute: (ended.cpuSeconds - begun.cpuSeconds) / elapsedMinutes / sessions,
      firstSound: percentiles(times),
      gapP999Ms: gaps.toSorted((one, other) => one - other)[Math.floor(gaps.length * 0.999)] ?? 0,
      heapMb: { begun: reachableMb(begun), ended: reachableMb(ended) },
      residentMbPerSession: (Math.max(...memory.map(({ use }) => use.residentMb)) - empty.residentMb) / sessions,
      memory: memory.map(({ minute, use }) => ({ minute, heapMb: reachableMb(use), residentMb: use.residentMb })),
    }
  } finally {
    pacer.stop()
    await Promise.all(callers.map((caller) => caller[Symbol.asyncDispose]()))
  }
}

function reachableMb({ heapMb, externalMb }: VoiceUse): number {
  return heapMb + externalMb
}

async function ask(
  caller: Caller,
  samples: Int16Array,
  gaps: number[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const sound = Promise.withResolvers<number>()
  let playedTo: number | undefined
  // What still sounds of the answer before is none to this question.
  let isAnswering = false
  caller.listen((type, at, event) => {
    if (type === 'response.created') {
      isAnswering = true
      playedTo = undefined
    }
    if (!isAnswering || type !== 'response.output_audio.delta') return
    if (playedTo === undefined) sound.resolve(at)
    else gaps.push(Math.max(0, at - playedTo))
    playedTo = Math.max(playedTo ?? at, at) + deltaMs(event)
  })
  const endedAt = await caller.microphone.say(samples).ends
  const soundAt = await Promise.race([sound.promise, pause(6000, undefined, { signal })])
  return soundAt === undefined ? undefined : soundAt - endedAt
}
