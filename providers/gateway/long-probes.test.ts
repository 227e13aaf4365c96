import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { LlmError } from '../llm/errors.ts'
import { type ReplyStep, ScriptedLlm } from '../llm/llm.fake.ts'
import { SpeechToTextError } from '../speech-to-text/errors.ts'
import type { HearingEvent, SpeechToText } from '../speech-to-text/speech-to-text.ts'
import { TextToSpeechError } from '../text-to-speech/errors.ts'
import { pieces } from '../text-to-speech/text-to-speech.contract.ts'
import { FakeTextToSpeech } from '../text-to-speech/text-to-speech.fake.ts'
import { createLlmGateway } from './llm-gateway.ts'
import type { ProviderHealth } from './provider-state.ts'
import { createSpeechToTextGateway } from './speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from './text-to-speech-gateway.ts'

const ongoing = new AbortController().signal
const forever = new Promise<never>(() => {})

/** Fails for as long as it is down, else begins and never ends. */
interface Provider {
  isDown: boolean
}

type Now = () => number

interface Side {
  open: () => AsyncIterator<unknown>
  health: () => ProviderHealth[]
}

const parts = (now: Now) => ({ clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog, now })

function hearing(provider: Provider, now: Now): Side {
  const ear: SpeechToText = {
    id: 'ear',
    async *hear(): AsyncGenerator<HearingEvent> {
      if (provider.isDown)
        throw new SpeechToTextError('unreachable', { name: 'ear', keySetting: '', addressSetting: '' })
      yield { kind: 'connected' }
      await forever
    },
  }
  const gateway = createSpeechToTextGateway([ear], parts(now))
  async function* microphone() {
    await forever
    yield { kind: 'flush' as const }
  }
  return {
    open: () => gateway.hear(microphone(), { sampleRate: 16_000, lang: 'en' }, ongoing)[Symbol.asyncIterator](),
    health: () => gateway.pool.health(),
  }
}

function speaking(provider: Provider, now: Now): Side {
  const before = async (_: string, at: number): Promise<void> => {
    if (provider.isDown) throw new TextToSpeechError('unreachable', { name: 'voice', remedy: '' })
    if (at > 0) await forever
  }
  const gateway = createTextToSpeechGateway([new FakeTextToSpeech({ before })], parts(now))
  return {
    open: () => gateway.say(pieces(['Fail over.']), { lang: 'en' }, ongoing)[Symbol.asyncIterator](),
    health: () => gateway.pool.health(),
  }
}

function writing(provider: Provider, now: Now): Side {
  const model = new ScriptedLlm(async function* (): AsyncGenerator<ReplyStep> {
    if (provider.isDown) throw new LlmError('unreachable', 'model')
    yield 'Fail over. '
    await forever
  })
  const gateway = createLlmGateway([model], parts(now))
  return {
    open: () => gateway.reply([{ role: 'user', text: 'Redis is down.' }], {}, ongoing)[Symbol.asyncIterator](),
    health: () => gateway.pool.health(),
  }
}

describe.each([
  ['recogniser', hearing],
  ['voice', speaking],
  ['model', writing],
] as const)('a %s that is back', (_, open) => {
  it('is there for everybody at its first sign of life, however long that call goes on', async () => {
    const provider = { isDown: true }
    let ms = 0
    const { open: ask, health } = open(provider, () => ms)
    for (let times = 0; times < 3; times++)
      await expect(ask().next()).rejects.toMatchObject({ fault: expect.any(String) })
    expect(health()[0]?.state).toBe('open')
    provider.isDown = false
    ms += 2_000
    const probe = ask()
    expect((await probe.next()).done).toBe(false)
    // A generator goes on only when it is pulled.
    void probe.next().catch(() => undefined)
    await expect.poll(() => health()[0]?.state).toBe('closed')
    const others = [ask(), ask()]
    for (const other of others) expect((await other.next()).done).toBe(false)
  })

  it('is left alone again when it fails once more', async () => {
    const provider = { isDown: true }
    let ms = 0
    const { open: ask, health } = open(provider, () => ms)
    for (let times = 0; times < 3; times++)
      await expect(ask().next()).rejects.toMatchObject({ fault: expect.any(String) })
    provider.isDown = false
    ms += 2_000
    await ask().next()
    await expect.poll(() => health()[0]?.state).toBe('closed')
    provider.isDown = true
    for (let times = 0; times < 3; times++)
      await expect(ask().next()).rejects.toMatchObject({ fault: expect.any(String) })
    expect(health()[0]?.state).toBe('open')
  })
})

describe('a recogniser that is down for long', () => {
  it('is tried again every two seconds, unless somebody has to do something about it', async () => {
    const fault = { kind: 'unreachable' as 'unreachable' | 'unauthorized' }
    let tried = 0
    const ear: SpeechToText = {
      id: 'ear',
      async *hear() {
        tried += 1
        yield* []
        throw new SpeechToTextError(fault.kind, { name: 'ear', keySetting: '', addressSetting: '' })
      },
    }
    let ms = 0
    const gateway = createSpeechToTextGateway(
      [ear],
      parts(() => ms),
    )
    async function* nothing() {
      yield* []
    }
    const triedIn = async (seconds: number): Promise<number> => {
      const before = tried
      for (let at = 0; at < seconds; at++) {
        ms += 1_000
        const events = gateway.hear(nothing(), { sampleRate: 16_000, lang: 'en' }, ongoing)
        await Array.fromAsync(events).catch(() => undefined)
      }
      return tried - before
    }
    await triedIn(10)
    expect(await triedIn(60)).toBe(30)
    fault.kind = 'unauthorized'
    expect(await triedIn(60)).toBeLessThan(7)
  })
})
