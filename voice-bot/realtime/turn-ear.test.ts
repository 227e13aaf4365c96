import { expect, it } from 'vitest'
import { createTurnTaking } from '../turn-taking/create-turn-taking.ts'
import type { TurnDecision, TurnEvidence } from '../turn-taking/turn-taking.ts'
import type { VoiceStreamOptions } from '../voice-activity/voice-activity.ts'
import { TurnEar } from './turn-ear.ts'

/** An ear that has heard one frame, by a clock that is set by hand. */
function ear(probability: number, turnTaking?: typeof createTurnTaking) {
  const decided: TurnDecision[] = []
  const seen: TurnEvidence[] = []
  let nowMs = 1000
  let due: { atMs: number; call: () => void } | undefined
  let hears: VoiceStreamOptions['onFrame'] | undefined
  const turnEar = new TurnEar({
    detector: {
      open: ({ onFrame }) => {
        hears = onFrame
        return { push: () => undefined, close: () => undefined }
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    createTurnTaking: (options) => {
      const turns = turnTaking?.(options)
      return {
        take: (evidence) => {
          seen.push(evidence)
          return turns?.take(evidence) ?? []
        },
      }
    },
    timing: {
      nowMs: () => nowMs,
      after: (ms, call) => {
        due = { atMs: nowMs + ms, call }
        return () => {
          due = undefined
        }
      },
    },
    onDecision: (decision) => decided.push(decision),
    onEdge: () => undefined,
    onFailure: () => undefined,
  })
  turnEar.configure({ detection: { kind: 'semantic_vad' } })
  turnEar.push(new Int16Array(768), 24_000)
  hears?.({ endMs: 32, durationMs: 32, probability, levelDb: -20, pitchHz: undefined })
  return {
    turnEar,
    decided,
    hears: (endMs: number, isVoice = probability) =>
      hears?.({ endMs, durationMs: 32, probability: isVoice, levelDb: -20 - 60 * (1 - isVoice), pitchHz: undefined }),
    kinds: () => seen.map(({ kind }) => kind),
    /** Whether time was told to have gone on. */
    wentOn: () => seen.some(({ kind }) => kind === 'time'),
    /** Nobody comes to look at anything for so long. */
    stall: (ms: number): void => {
      nowMs += ms
      const late = due
      due = undefined
      late?.call()
    },
    pass: (ms: number): void => {
      const untilMs = nowMs + ms
      for (let next = due; next !== undefined && next.atMs <= untilMs; next = due) {
        nowMs = next.atMs
        due = undefined
        next.call()
      }
      nowMs = untilMs
    },
  }
}

it('takes no audio in a pause for silence that goes on', () => {
  const { pass, wentOn, turnEar } = ear(0.01)
  pass(300)
  expect(wentOn()).toBe(true)
  expect(turnEar.nowMs).toBe(332)
})

it('takes no audio within a word for a network that stalls, and for silence only after a second', () => {
  const { pass, wentOn, turnEar } = ear(0.9)
  pass(900)
  expect(wentOn()).toBe(false)
  expect(turnEar.nowMs).toBe(32)
  pass(400)
  expect(wentOn()).toBe(true)
})

it('takes no audio for silence only once what came was judged, or never will be', () => {
  const { pass, wentOn, turnEar, hears } = ear(0.01)
  turnEar.push(new Int16Array(24 * 400), 24_000)
  pass(600)
  expect(wentOn()).toBe(false)
  expect(turnEar.nowMs).toBe(432)
  for (let endMs = 64; endMs <= 432; endMs += 32) hears(endMs)
  pass(300)
  expect(wentOn()).toBe(true)
  const { pass: passOn, wentOn: wentOnUnjudged, turnEar: deafEar } = ear(0.01)
  deafEar.push(new Int16Array(24 * 400), 24_000)
  passOn(6000)
  expect(wentOnUnjudged()).toBe(true)
})

it('hears words of sound that was not judged yet once it was, and before the sound after it', () => {
  const { turnEar, hears, kinds } = ear(0.9)
  turnEar.push(new Int16Array(24 * 800), 24_000)
  turnEar.heard({ kind: 'interim', text: 'how do I' })
  turnEar.heard({ kind: 'recogniser-end' })
  expect(kinds()).toEqual(['frame'])
  for (let endMs = 64; endMs <= 832; endMs += 32) hears(endMs)
  expect(kinds().filter((kind) => kind !== 'frame')).toEqual(['interim', 'recogniser-end'])
  expect(kinds().indexOf('interim')).toBeGreaterThan(8)
  turnEar.heard({ kind: 'final', text: 'how do I' })
  expect(kinds().at(-1)).toBe('final')
})

it('hears words of sound that is never judged all the same', () => {
  const { turnEar, kinds, pass } = ear(0.9)
  turnEar.push(new Int16Array(24 * 800), 24_000)
  turnEar.heard({ kind: 'interim', text: 'stop' })
  pass(6000)
  expect(kinds()).toContain('interim')
})

it('decides nothing any more once it is closed, also by words that still waited', () => {
  const { turnEar, kinds } = ear(0.9)
  turnEar.push(new Int16Array(24 * 800), 24_000)
  turnEar.heard({ kind: 'interim', text: 'stop' })
  turnEar.close()
  expect(kinds()).toEqual(['frame'])
})

it('takes no audio for silence only where it has looked in time', () => {
  const { stall, pass, wentOn } = ear(0.01)
  stall(2000)
  expect(wentOn()).toBe(false)
  pass(300)
  expect(wentOn()).toBe(true)
})

it('hears who was muted for a while as if they had never been', () => {
  const { turnEar, hears, pass, decided } = ear(0.01, createTurnTaking)
  const frame = (isVoice: number): void => {
    pass(32)
    turnEar.push(new Int16Array(768), 24_000)
    hears(turnEar.clockMs, isVoice)
  }
  pass(20_000)
  const from = turnEar.clockMs
  for (const isVoice of [0.95, 0.95, 0.01, 0.95]) for (let at = 0; at < 8; at += 1) frame(isVoice)
  turnEar.heard({ kind: 'interim', text: 'how do I restart' })
  expect(decided.map(({ kind }) => kind)).not.toContain('end-of-turn')
  // Where it stands in the audio, not when it was said.
  expect(decided[0]).toEqual({ kind: 'speech-started', atMs: from })
  for (let at = 0; at < 100; at += 1) frame(0.01)
  expect(decided.map(({ kind }) => kind)).toContain('end-of-turn')
})
