import { setTimeout as pause } from 'node:timers/promises'
import { type Percentiles, percentiles } from '../search.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { deltaMs } from './caller.ts'
import { pace, questions, speech } from './microphone.ts'
import { ResumingCaller } from './resuming-caller.ts'
import { unhurriedProviders } from './scripts.ts'
import { startVoiceChild } from './voice-child.ts'

export interface ResumeRow {
  transport: string
  breaks: number
  lostSessions: number
  /** Milliseconds from the break until something of the session came again, and until the answer's sound went on. */
  event: Percentiles
  sound: Percentiles
  missedEvents: number
  doubledEvents: number
  /** Answers that were not of the length that they have without a break, or didn't end as they should. */
  brokenAnswers: number
}

interface Heard {
  soundMs: number
  isCompleted: boolean
}

/** A break comes so long after the first sound of an answer, while more of it is on its way. */
const soonestBreakMs = 300
const breakWithinMs = 1200
const hearingOutMs = 4000

/** Connections that break in the middle of an answer, and are made anew at once. */
export async function benchResume(
  turns: number,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<ResumeRow> {
  progress('Nightdesk, cut off')
  const said = await speech(questions, signal)
  await using standIns = await startStandIns(['spoken'])
  await using voice = await startVoiceChild(await standIns.askText('spoken', 'url', unhurriedProviders))
  const turn_detection = { type: 'server_vad', silence_duration_ms: 300 }
  await using caller = await ResumingCaller.connect(voice.url, { audio: { input: { turn_detection } } })
  const pacer = pace([caller.microphone])
  const [events, sounds]: [number[], number[]] = [[], []]
  let brokenAnswers = 0
  try {
    await pause(1000, undefined, { signal })
    const whole = await answer(caller, said[0] ?? new Int16Array(), signal)
    for (let turn = 0; turn < turns; turn++) {
      const heard = await answer(caller, said[turn % said.length] ?? new Int16Array(), signal, (back) => {
        events.push(back.eventMs)
        sounds.push(back.soundMs)
      })
      if (!heard.isCompleted || heard.soundMs !== whole.soundMs) brokenAnswers += 1
    }
  } finally {
    pacer.stop()
  }
  const { missed, doubled } = caller.account
  return {
    transport: 'WebSocket',
    breaks: turns,
    lostSessions: caller.lostSessions,
    event: percentiles(events),
    sound: percentiles(sounds),
    missedEvents: missed,
    doubledEvents: doubled,
    brokenAnswers,
  }
}

/** Asks, and listens to the end of the answer. @param onBack Where it is to be cut off: told once its sound has gone on. */
async function answer(
  caller: ResumingCaller,
  samples: Int16Array,
  signal: AbortSignal,
  onBack?: (back: { eventMs: number; soundMs: number }) => void,
): Promise<Heard> {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<boolean>()
  const heard: Heard = { soundMs: 0, isCompleted: false }
  let brokenAt: number | undefined
  let eventMs: number | undefined
  caller.listen((type, at, event) => {
    if (brokenAt !== undefined && type !== 'session.created') eventMs ??= at - brokenAt
    if (type === 'response.output_audio.delta') {
      heard.soundMs += deltaMs(event)
      begun.resolve()
      if (brokenAt !== undefined && eventMs !== undefined) onBack?.({ eventMs, soundMs: at - brokenAt })
      brokenAt = undefined
    }
    // Half a question may have been answered before, without a sound.
    if (type === 'response.done' && heard.soundMs > 0) ended.resolve(JSON.stringify(event).includes('"completed"'))
  })
  await caller.microphone.say(samples).ends
  await Promise.race([begun.promise, pause(8000, undefined, { signal })])
  if (onBack !== undefined) {
    await pause(soonestBreakMs + Math.random() * breakWithinMs, undefined, { signal })
    brokenAt = caller.cutOff()
  }
  heard.isCompleted = (await Promise.race([ended.promise, pause(30_000, false, { signal })])) === true
  heard.soundMs = Math.round(heard.soundMs)
  // The rest of it is still being heard.
  await pause(hearingOutMs, undefined, { signal })
  return heard
}
