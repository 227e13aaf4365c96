import { setTimeout as pause } from 'node:timers/promises'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { SpeechToTextError, type SpeechToTextFault } from '#providers/speech-to-text/errors.ts'
import type { HearingEvent, HearingInput, SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { SimulatedOutcome } from './drill.ts'

/** Simulated time passes so many times as fast. */
const fast = 4
const talks = 20
const outageMs = 3_000
/** A talk whose recogniser failed asks for it again after so long. */
const againAfterMs = 1_000
const longestMs = 5_000
const stepMs = 20

const hearing = { sampleRate: 16_000, lang: 'en' } as const

/**
 * The only recogniser hangs up on twenty talks and takes nobody for three seconds: how long it takes after that until each
 * of them is heard again, although nobody says anything.
 */
export async function recogniserOutage(signal: AbortSignal): Promise<SimulatedOutcome> {
  using over = new AbortedAtEnd(signal)
  const recogniser = new UnrulyEar()
  const now = (): number => performance.now() * fast
  const parts = { clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog, now }
  const gateway = createSpeechToTextGateway([recogniser], parts)
  const health = () => gateway.pool.health()[0]?.state
  for (let talk = 0; talk < talks; talk++) void goesOn(gateway, over.signal)
  await within(longestMs, () => recogniser.heard === talks, signal)
  const cutAt = now()
  recogniser.goDown()
  const left = await within(longestMs, () => health() === 'open', signal)
  const detectedMs = left ? now() - cutAt : undefined
  await pause(outageMs / fast, undefined, { signal })
  const backAt = now()
  recogniser.isDown = false
  const isBack = await within(longestMs, () => recogniser.heard === talks, signal)
  return {
    detectedMs,
    detectedAs: 'recogniser left alone',
    fallback: 'nobody',
    noticed: 'an apology',
    recoveredMs: isBack ? now() - backAt : undefined,
  }
}

/** As a talk does it: one stream of audio after the other. */
async function goesOn(ear: SpeechToText, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const _ of ear.hear(microphone(signal), hearing, signal));
    } catch {
      await pause(againAfterMs / fast, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function* microphone(signal: AbortSignal): AsyncGenerator<HearingInput> {
  while (!signal.aborted) {
    yield { kind: 'audio', samples: new Int16Array((hearing.sampleRate * stepMs) / 1000) }
    await pause(stepMs, undefined, { signal })
  }
}

/** @returns Whether it came true in so much simulated time. */
async function within(ms: number, isTrue: () => boolean, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + ms / fast
  while (!isTrue() && performance.now() < until) await pause(stepMs / fast, undefined, { signal })
  return isTrue()
}

/** Takes audio and hears nothing in it; goes down on demand. */
class UnrulyEar {
  readonly id = 'only'
  isDown = false
  readonly #listening = new Set<() => void>()

  /** Streams that it takes. */
  get heard(): number {
    return this.#listening.size
  }

  goDown(): void {
    this.isDown = true
    for (const hangUp of this.#listening) hangUp()
  }

  async *hear(_: AsyncIterable<HearingInput>, __: unknown, signal: AbortSignal): AsyncGenerator<HearingEvent> {
    signal.throwIfAborted()
    if (this.isDown) throw failure('rate-limited')
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#listening.add(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    try {
      yield { kind: 'connected' }
      await promise
    } finally {
      this.#listening.delete(resolve)
    }
    signal.throwIfAborted()
    throw failure('broken-off')
  }
}

function failure(fault: SpeechToTextFault): SpeechToTextError {
  return new SpeechToTextError(fault, { name: 'the only one', keySetting: 'its key', addressSetting: 'its address' })
}

class AbortedAtEnd implements Disposable {
  readonly #controller = new AbortController()
  readonly signal: AbortSignal

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#controller.signal])
  }

  [Symbol.dispose](): void {
    this.#controller.abort(new Error('the drill is over'))
  }
}
