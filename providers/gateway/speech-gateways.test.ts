import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { SpeechToTextError } from '../speech-to-text/errors.ts'
import { inputs, silence, speechToTextContract } from '../speech-to-text/speech-to-text.contract.ts'
import { ScriptedSpeechToText } from '../speech-to-text/speech-to-text.fake.ts'
import type { HearingEvent, HearingInput, SpeechToText } from '../speech-to-text/speech-to-text.ts'
import { TextToSpeechError } from '../text-to-speech/errors.ts'
import { pieces, said, textToSpeechContract } from '../text-to-speech/text-to-speech.contract.ts'
import { FakeTextToSpeech } from '../text-to-speech/text-to-speech.fake.ts'
import type { TextToSpeech } from '../text-to-speech/text-to-speech.ts'
import { createSpeechToTextGateway } from './speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from './text-to-speech-gateway.ts'

const ongoing = new AbortController().signal
const parts = { clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog }
const brokenVoice = new TextToSpeechError('broken-off', { name: 'fake', remedy: '' })
const brokenEar = new SpeechToTextError('broken-off', { name: 'fake', keySetting: '', addressSetting: '' })

/** Quick speech, so that many utterances can be said. */
const wordMs = 80

/** Breaks off before the word of that number. */
function breaking(at: number, sampleRate = 24_000): FakeTextToSpeech {
  return new FakeTextToSpeech({
    sampleRate,
    wordMs,
    before: async (_, word) => {
      if (word === at) throw brokenVoice
    },
  })
}

describe('the gateway to voices', () => {
  textToSpeechContract(async () => createTextToSpeechGateway([new FakeTextToSpeech()], parts))

  const sentences = [
    'Fail over by hand, then wait. ',
    'The lag must be below 5 seconds. ',
    'The lag is shown on the board.',
  ]
  const words = sentences.join('').split(' ')

  it('has every word said once and in order, wherever the voices break off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(words.length), { maxLength: 3 }), fc.boolean(), async (cuts, isOther) => {
        const voices = [
          ...cuts.map((cut) => breaking(cut)),
          new FakeTextToSpeech({ sampleRate: isOther ? 16_000 : 24_000, wordMs }),
        ]
        const gateway = createTextToSpeechGateway(voices, parts)
        const heard = await said(gateway.say(pieces(sentences), { lang: 'en' }, ongoing), gateway.sampleRate)
        expect(heard.words.map(({ text }) => text)).toEqual(words)
        expect(heard.ms).toBeCloseTo(words.length * wordMs, -2)
        const times = heard.words.flatMap(({ fromMs, toMs }) => [fromMs, toMs])
        expect(times).toEqual(times.toSorted((one, other) => one - other))
      }),
      { numRuns: 300 },
    )
  })

  it('goes on with another voice when one falls silent, but not while there is nothing to say', async () => {
    const silent = new FakeTextToSpeech({ before: (_, at) => (at === 2 ? new Promise(() => {}) : Promise.resolve()) })
    const gateway = createTextToSpeechGateway([silent, new FakeTextToSpeech()], parts, { betweenPiecesMs: 20 })
    async function* slowly(): AsyncGenerator<string> {
      yield 'Fail over. '
      await new Promise((resolve) => setTimeout(resolve, 80))
      yield 'Then wait.'
    }
    const heard = await said(gateway.say(slowly(), { lang: 'en' }, ongoing), gateway.sampleRate)
    expect(heard.words.map(({ text }) => text)).toEqual(['Fail', 'over.', 'Then', 'wait.'])
    expect(gateway.pool.health().map(({ failures }) => failures)).toEqual([1, 0])
  })

  it.each([
    ['en', 'Wait until the replicas have caught up with the primary.', { wordMs: 20 }],
    ['ja', 'レプリカがプライマリに追いつくまで待ってから再起動します。', { wordMs: 10 }],
    ['ja', 'レプリカがプライマリに追いつくまで待ってから再起動します。', { wordMs: 5_000 }],
  ] as const)('has another voice say a text in %s for which one was not made', async (lang, text, voice) => {
    const outcomes: string[] = []
    const gateway = createTextToSpeechGateway([new FakeTextToSpeech(voice), new FakeTextToSpeech()], {
      ...parts,
      onCall: ({ outcome }) => void outcomes.push(outcome),
    })
    const heard = await said(gateway.say(pieces([text]), { lang }, ongoing), gateway.sampleRate)
    expect(heard.words.map((word) => word.text).join(lang === 'en' ? ' ' : '')).toBe(text)
    expect(outcomes).toContain('text_to_speech_wrong_language')
    expect(gateway.pool.health().map(({ failures }) => failures)).toEqual([1, 0])
  })

  it('blames a voice that says nothing but silence', async () => {
    const mute: TextToSpeech = {
      id: 'mute',
      sampleRate: 24_000,
      async *say() {
        for (let at = 0; at < 20; at++) yield { samples: new Int16Array(2400), words: [] }
      },
      [Symbol.asyncDispose]: async () => {},
    }
    const gateway = createTextToSpeechGateway([mute, new FakeTextToSpeech()], parts)
    const heard = await said(gateway.say(pieces(['Fail over.']), { lang: 'en' }, ongoing), gateway.sampleRate)
    expect(heard.words.map(({ text }) => text)).toEqual(['Fail', 'over.'])
    expect(gateway.pool.health()[0]).toMatchObject({ failures: 1, lastFault: { code: 'text_to_speech_silent' } })
  })

  it('blames no voice for a text that fails', async () => {
    const gateway = createTextToSpeechGateway([new FakeTextToSpeech(), new FakeTextToSpeech()], parts)
    const text = pieces(['Fail over. '], Promise.reject(new Error('no more text')))
    await expect(said(gateway.say(text, { lang: 'en' }, ongoing), 24_000)).rejects.toThrow('no more text')
    expect(gateway.pool.health().map(({ failures }) => failures)).toEqual([0, 0])
  })
})

describe('the gateway to recognisers', () => {
  speechToTextContract(async (script) => createSpeechToTextGateway([new ScriptedSpeechToText(script)], parts))

  const speech = [
    { text: 'restart the redis primary', fromMs: 300, toMs: 1300 },
    { text: 'how old is that', fromMs: 2300, toMs: 3000 },
    { text: 'send it to slack', fromMs: 4200, toMs: 5000 },
  ]
  /** Each frame of 20 ms holds its number, so that whoever hears it knows what time it is. */
  const numbered = silence(6000).map((input, at): HearingInput => {
    return input.kind === 'audio' ? { kind: 'audio', samples: input.samples.map(() => at) } : input
  })
  const turnsOf = (events: readonly HearingEvent[]) =>
    events.flatMap((event) => (event.kind === 'end-of-turn' && event.transcript.text !== '' ? [event.transcript] : []))

  it('hears no more of a long silence again than somebody may have said unheard', async () => {
    const [frame] = silence(1000)
    const minutes: HearingInput[] = Array.from({ length: 5 * 60 * 50 }, () => frame ?? { kind: 'flush' })
    const heard: number[] = []
    const ear = (breaks: boolean): SpeechToText => ({
      id: `ear that ${breaks ? 'breaks off' : 'goes on'}`,
      async *hear(audio) {
        let count = 0
        for await (const _ of audio) {
          count += 1
          if (breaks && count === minutes.length) throw brokenEar
        }
        heard.push(count)
        yield* []
      },
    })
    const gateway = createSpeechToTextGateway([ear(true), ear(false)], parts)
    await Array.fromAsync(gateway.hear(inputs(minutes), { sampleRate: 16_000, lang: 'en' }, ongoing))
    expect(heard).toHaveLength(1)
    expect(heard[0]).toBeGreaterThanOrEqual(30 * 50)
    expect(heard[0]).toBeLessThanOrEqual(31 * 50)
  })

  it('hears every word once, wherever a recogniser breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 5900 }), async (afterMs) => {
        const second: SpeechToText = {
          id: 'second',
          async *hear(audio, options, signal) {
            const iterator = audio[Symbol.asyncIterator]()
            const next = await iterator.next()
            const startMs = next.done !== true && next.value.kind === 'audio' ? (next.value.samples[0] ?? 0) * 20 : 0
            async function* all(): AsyncGenerator<HearingInput> {
              if (next.done !== true) yield next.value
              yield* { [Symbol.asyncIterator]: () => iterator }
            }
            const rest = speech
              .filter(({ toMs }) => toMs > startMs)
              .map((one) => ({ ...one, fromMs: one.fromMs - startMs, toMs: one.toMs - startMs }))
            yield* new ScriptedSpeechToText(rest).hear(all(), options, signal)
          },
        }
        const events: HearingEvent[] = []
        const first = new ScriptedSpeechToText(speech, { afterMs, with: brokenEar })
        const gateway = createSpeechToTextGateway([first, second], parts)
        const options = { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 } as const
        for await (const event of gateway.hear(inputs(numbered), options, ongoing)) events.push(event)
        const turns = turnsOf(events)
        expect(turns.map(({ text }) => text)).toEqual(speech.map(({ text }) => text))
        turns.forEach(({ words }, at) => {
          expect(words[0]?.fromMs).toBeCloseTo(speech[at]?.fromMs ?? Number.NaN, -2)
        })
      }),
      { numRuns: 300 },
    )
  })

  it('gives up when nobody can hear', async () => {
    const deaf = () => new ScriptedSpeechToText([], { afterMs: 20, with: brokenEar })
    const gateway = createSpeechToTextGateway([deaf(), deaf()], parts)
    const events = gateway.hear(inputs(silence(500)), { sampleRate: 16_000, lang: 'en' }, ongoing)
    await expect(Array.fromAsync(events)).rejects.toMatchObject({ fault: 'broken-off' })
  })

  describe('that says nothing although somebody speaks', () => {
    const loud = (ms: number): HearingInput[] =>
      silence(ms).map((input) =>
        input.kind === 'audio' ? { kind: 'audio', samples: input.samples.map(() => 3000) } : input,
      )
    /** Takes audio and tells nothing; `closes`: but closes turns. */
    const deaf = (closes: boolean): SpeechToText => ({
      id: 'deaf',
      async *hear(audio) {
        for await (const input of audio)
          if (closes && input.kind === 'flush')
            yield { kind: 'end-of-turn', transcript: { text: '', words: [], confidence: 0 }, cause: 'flush' }
      },
    })
    const options = { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 } as const
    const spoken = [{ text: 'restart redis', fromMs: 200, toMs: 1000 }]

    it('is replaced while the speaker goes on, and blamed once another hears it', async () => {
      const calls: string[] = []
      const onCall = ({ provider, outcome }: { provider: string; outcome: string }): void =>
        void calls.push(`${provider} ${outcome}`)
      const gateway = createSpeechToTextGateway([deaf(true), new ScriptedSpeechToText(spoken)], { ...parts, onCall })
      const turns = turnsOf(await Array.fromAsync(gateway.hear(inputs(loud(4000)), options, ongoing)))
      expect(turns.map(({ text }) => text)).toEqual(['restart redis'])
      expect(calls).toContain('deaf speech_to_text_deaf')
      expect(gateway.pool.health().map(({ failures }) => failures)).toEqual([1, 0])
    })

    it.each([true, false])('is replaced when the speaker is done (it closes turns: %s)', async (closes) => {
      const gateway = createSpeechToTextGateway([deaf(closes), new ScriptedSpeechToText(spoken)], parts)
      const heard = Promise.withResolvers<void>()
      const audio = inputs([...loud(1200), { kind: 'flush' }], heard.promise)
      const turns: HearingEvent[] = []
      for await (const event of gateway.hear(audio, options, ongoing)) {
        if (event.kind !== 'end-of-turn') continue
        turns.push(event)
        heard.resolve()
      }
      expect(turns).toMatchObject([{ transcript: { text: 'restart redis' }, cause: 'flush' }])
    })

    it('is replaced when it writes another language, unless that is what all write', async () => {
      const korean = [{ text: '레디스 주 서버를 다시 시작해 주세요', fromMs: 200, toMs: 1000 }]
      const heardBy = async (...ears: SpeechToText[]) => {
        const gateway = createSpeechToTextGateway(ears, parts)
        const turns = turnsOf(
          await Array.fromAsync(gateway.hear(inputs(silence(2000)), { ...options, lang: 'auto' }, ongoing)),
        )
        return [turns.map(({ text }) => text), gateway.pool.health().map(({ failures }) => failures)]
      }
      const wrong = new ScriptedSpeechToText(korean)
      expect(await heardBy(wrong, new ScriptedSpeechToText(spoken))).toEqual([['restart redis'], [1, 0]])
      expect(await heardBy(wrong, new ScriptedSpeechToText(korean))).toEqual([[korean[0]?.text], [0, 0]])
    })

    it('is not blamed for music, and asked on', async () => {
      const gateway = createSpeechToTextGateway([deaf(true), deaf(true)], parts)
      const audio = inputs([...loud(20_000), { kind: 'flush' }])
      const events = await Array.fromAsync(gateway.hear(audio, options, ongoing))
      expect(events.map(({ kind }) => kind)).toEqual(['end-of-turn'])
      expect(gateway.pool.health().map(({ failures }) => failures)).toEqual([0, 0])
    })
  })
})
