import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { createLlmGateway } from '#providers/gateway/llm-gateway.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import { systemClock } from '#runtime/clock.ts'
import { growHeapGenerously } from '#runtime/heap.ts'
import { silentLog } from '#runtime/log.ts'
import { deskParts } from '../conversation/desk.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import type { TurnTime } from './added-time.ts'
import { inProcessLink } from './in-process-link.ts'
import type { LoopRun } from './loop-alone.ts'
import { measuredSessions } from './measured-sessions.ts'
import { Microphone, micRate, pace, questions, speech } from './microphone.ts'
import { scriptedProviders } from './scripted-providers.ts'
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
const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
const store = openSqliteStore({ path: join(directory, 'store.db'), log: silentLog })
const marks: ProviderMark[] = []
const providers = scriptedProviders(loopProviders, (what) => marks.push({ what, at: steadyMs() }))
const gateway = { clock: systemClock, log: silentLog }
const { detector, sessions } = measuredSessions(
  deskParts({
    search: providers.search,
    llm: createLlmGateway([providers.model], gateway),
    toText: createSpeechToTextGateway([providers.ear], gateway),
    toSpeech: createTextToSpeechGateway([providers.voice], gateway),
    conversations: store.conversations,
  }),
)

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
sessions.connect({ link: link.transport, principal: localPrincipal })
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
  if (soundAt === undefined) missed += 1
  else if (turn >= 0) times.push({ endedAt, soundAt })
  await Promise.race([answered.promise, pause(missedMs)])
  await Promise.race([played.promise, pause(missedMs)])
  await pause(silenceMs)
}
pacer.stop()
link.hangUp()
await sessions[Symbol.asyncDispose]()
await detector[Symbol.asyncDispose]()
await store[Symbol.asyncDispose]()
await rm(directory, { recursive: true, force: true })
process.stdout.write(`${JSON.stringify({ times, missed, marks } satisfies LoopRun)}\n`)
process.exit(0)
