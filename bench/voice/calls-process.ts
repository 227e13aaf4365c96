import { setTimeout as pause } from 'node:timers/promises'
import { steadyMs } from '../conversation/port-marks.ts'
import type { CallerLink } from '../voice-network/caller-link.ts'
import { HeardAnswers } from '../voice-network/heard-answers.ts'
import { rtcLinks } from '../voice-network/rtc-link.ts'
import type { CallsFindings } from './calls-findings.ts'
import { Microphone, pace, questions, speech } from './microphone.ts'

/**
 * Calls over WebRTC that all talk in real time, in a process of their own, since to hold the clients' side of them takes as
 * much as to hold ours: `node calls-process.ts OPTIONS`. It says when all of them are open, and in the end what they heard.
 */
const options: { address: string; calls: number; minutes: number; turnEveryMs: number } = JSON.parse(
  process.argv[2] ?? '',
)
const settings = {
  type: 'realtime',
  audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } } },
}
const missedAfterMs = 6000
/** Until the jitter buffers have settled. */
const settlingMs = 5000

interface Call {
  link: CallerLink
  microphone: Microphone
  heard: HeardAnswers
}

function open(): Promise<Call> {
  return new Promise((resolve, reject) => {
    const heard = new HeardAnswers()
    const microphone = new Microphone((frame) => link.speak(frame))
    const link = rtcLinks(options.address)('', {
      event(type) {
        if (type !== 'session.created') return
        link.send({ type: 'session.update', session: settings })
        resolve({ link, microphone, heard })
      },
      heard: (isSilent) => heard.hear(isSilent, steadyMs()),
      gone: () => reject(new Error('a call was cut off')),
    })
  })
}

async function ask({ microphone, heard }: Call, samples: Int16Array): Promise<number | undefined> {
  const sound = Promise.withResolvers<number>()
  const endedAt = await microphone.say(samples).ends
  // Whatever was left of the answer before has been silenced by the question.
  heard.next(sound.resolve)
  const soundAt = await Promise.race([sound.promise, pause(missedAfterMs, undefined, { ref: false })])
  return soundAt === undefined ? undefined : soundAt - endedAt
}

process.on('disconnect', () => process.exit(1))
const said = await speech(questions, new AbortController().signal)
const calls: Call[] = []
// One after the other, as people call; each is a handshake.
for (let at = 0; at < options.calls; at++) calls.push(await open())
pace(calls.map(({ microphone }) => microphone))
await pause(settlingMs)
process.send?.({ kind: 'open' })
const found: CallsFindings = { turns: 0, missed: 0, firstSoundMs: [], heardMs: 0, gapsMs: [], concealedShares: [] }
const endsAt = steadyMs() + options.minutes * 60_000
await Promise.all(
  calls.map(async (call, at) => {
    await pause((at * options.turnEveryMs) / options.calls)
    for (let turn = at; steadyMs() < endsAt; turn++) {
      const next = steadyMs() + options.turnEveryMs
      const firstSoundMs = await ask(call, said[turn % said.length] ?? new Int16Array())
      found.turns += 1
      if (firstSoundMs === undefined) found.missed += 1
      else found.firstSoundMs.push(firstSoundMs)
      await pause(Math.max(0, next - steadyMs()))
    }
  }),
)
for (const { heard, link } of calls) {
  found.heardMs += heard.heardMs
  found.gapsMs.push(...heard.gapsMs)
  const sound = await link.quality()
  if (sound !== undefined) found.concealedShares.push(sound.concealedShare)
}
process.send?.({ kind: 'findings', findings: found }, () => process.exit(0))
