import { setTimeout as pause } from 'node:timers/promises'
import { localPrincipal } from '#knowledge/principal.ts'
import { growHeapGenerously } from '#runtime/heap.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import type { TurnTime } from './added-time.ts'
import { inProcessLink } from './in-process-link.ts'
import { openInProcessVoice } from './in-process-voice.ts'
import type { LoopRun } from './loop-alone.ts'
import { Microphone, micRate, pace, questions, speech } from './microphone.ts'
import { loopProviders } from './scripts.ts'

/*
 * A voice session, its client and its providers in one process, as LiveKit's drivers measure theirs: `node
 * loop-process.ts TURNS` talks in real time, and writes when its turns ended and sounded, and what its providers noted.
 */

/** Code is compiled by then. */
const warmUp = 3
/** The recogniser goes by the length of a question alone. */
const questionMs = 700
const silenceMs = 150
const missedMs = 6000

const turns = Number(process.argv[2] ?? 100)
const ongoing = new AbortController().signal
growHeapGenerously()
const marks: ProviderMark[] = []
const voice = await openInProcessVoice(loopProviders, (what) => marks.push({ what, at: steadyMs() }))

let sounded = Promise.withResolvers<number>()
let answered = Promise.withResolvers<void>()
let played = Promise.withResolvers<void>()
const link = inProcessLink({
  onEvent: (json) => {
    if (json.includes('"type":"response.done"')) answered.resolve()
  },
  onSound: () => sounded.resolve(steadyMs()),
  onPlayed: () => played.resolve(),
  onClosed: () => undefined,
})
const microphone = new Microphone((frame) => link.audio(frame, micRate))
const [said = new Int16Array()] = await speech([questions[0]], ongoing)
const question = said.subarray(0, (micRate * questionMs) / 1000)
voice.sessions.connect({ link: link.transport, principal: localPrincipal })
link.send('{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}}')
const pacer = pace([microphone])
await pause(1000)
const times: TurnTime[] = []
let missed = 0
for (let turn = -warmUp; turn < turns; turn++) {
  sounded = Promise.withResolvers()
  answered = Promise.withResolvers()
  played = Promise.withResolvers()
  const endedAt = await microphone.say(question).ends
  link.send('{"type":"input_audio_buffer.commit"}')
  link.send('{"type":"response.create"}')
  const soundAt = await Promise.race([sounded.promise, pause(missedMs)])
  if (soundAt === undefined) missed += turn >= 0 ? 1 : 0
  else if (turn >= 0) times.push({ endedAt, soundAt })
  await Promise.race([answered.promise, pause(missedMs)])
  await Promise.race([played.promise, pause(missedMs)])
  await pause(silenceMs)
}
pacer.stop()
link.hangUp()
await voice[Symbol.asyncDispose]()
process.stdout.write(`${JSON.stringify({ times, missed, marks } satisfies LoopRun)}\n`)
process.exit(0)
