import { setTimeout as pause } from 'node:timers/promises'
import { localPrincipal } from '#knowledge/principal.ts'
import { growHeapGenerously } from '#runtime/heap.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import { inProcessLink } from './in-process-link.ts'
import type { InProcessLoad } from './in-process-load.ts'
import { openInProcessVoice } from './in-process-voice.ts'
import { Microphone, micRate, pace, questions, speech } from './microphone.ts'
import { conversingProviders } from './scripts.ts'

/*
 * Sessions that all talk in real time, their clients and providers in this very process, as LiveKit's drivers measure
 * theirs: `node --expose-gc in-process-load-process.ts SESSIONS MINUTES` writes what the process took, all included.
 */

/** Six turns a minute: about 3 s of asking, 5 s of answer, the rest quiet. */
const turnEveryMs = 10_000
const missedMs = 6000
const lookEveryMs = 30_000

const count = Number(process.argv[2] ?? 20)
const minutes = Number(process.argv[3] ?? 1)
const ongoing = new AbortController().signal
growHeapGenerously()
const said = await speech(questions, ongoing)
const voice = await openInProcessVoice(conversingProviders, () => undefined)

function openCaller() {
  let sounded = Promise.withResolvers<number>()
  // What still sounds of the answer before is none to this question.
  let isAnswering = false
  const link = inProcessLink({
    onEvent: (json) => {
      isAnswering ||= json.includes('"type":"response.created"')
    },
    onSound: () => {
      if (isAnswering) sounded.resolve(steadyMs())
    },
    onPlayed: () => undefined,
    onClosed: () => undefined,
  })
  voice.sessions.connect({ link: link.transport, principal: localPrincipal })
  const turn_detection = { type: 'server_vad', silence_duration_ms: 300 }
  const session = { type: 'realtime', audio: { input: { turn_detection } } }
  link.send(JSON.stringify({ type: 'session.update', session }))
  return {
    microphone: new Microphone((frame) => link.audio(frame, micRate)),
    sounds: () => {
      isAnswering = false
      sounded = Promise.withResolvers()
      return sounded.promise
    },
    hangUp: () => link.hangUp(),
  }
}

function residentMb(): number {
  return process.memoryUsage.rss() / 1e6
}

function reachableMb(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

const emptyMb = residentMb()
const callers = Array.from({ length: count }, openCaller)
const pacer = pace(callers.map(({ microphone }) => microphone))
await pause(3000)
const begun = reachableMb()
const times: number[] = []
let missed = 0
const usedBefore = process.cpuUsage()
const startedAt = steadyMs()
const endsAt = startedAt + minutes * 60_000
const talking = callers.map(async ({ microphone, sounds }, at) => {
  await pause((at * turnEveryMs) / count)
  for (let turn = at; steadyMs() < endsAt; turn++) {
    const next = steadyMs() + turnEveryMs
    const sounding = sounds()
    const endedAt = await microphone.say(said[turn % said.length] ?? new Int16Array()).ends
    const soundAt = await Promise.race([sounding, pause(missedMs)])
    if (soundAt === undefined) missed += 1
    else times.push(soundAt - endedAt)
    await pause(Math.max(0, next - steadyMs()))
  }
})
const resident: number[] = []
while (steadyMs() < endsAt) {
  await pause(Math.min(lookEveryMs, Math.max(0, endsAt - steadyMs())))
  resident.push(residentMb())
}
const { user, system } = process.cpuUsage(usedBefore)
const elapsedMinutes = (steadyMs() - startedAt) / 60_000
const ended = reachableMb()
await Promise.all(talking)
pacer.stop()
for (const caller of callers) caller.hangUp()
await voice[Symbol.asyncDispose]()
process.stdout.write(
  `${JSON.stringify({
    times,
    missed,
    cpuSecondsPerSessionMinute: (user + system) / 1e6 / elapsedMinutes / count,
    emptyMb,
    residentMb: resident,
    reachableMb: { begun, ended },
  } satisfies InProcessLoad)}\n`,
)
process.exit(0)
