import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeOpenAi } from '../llm/openai-compatible/openai.fake.ts'
import { OpenAiCompatibleLlm } from '../llm/openai-compatible/openai-compatible.ts'
import { fakeDeepgram } from '../speech-to-text/deepgram/deepgram.fake.ts'
import { DeepgramSpeechToText } from '../speech-to-text/deepgram/deepgram-speech-to-text.ts'
import { OpenAiCompatibleSpeechToText } from '../speech-to-text/openai-compatible/openai-compatible-speech-to-text.ts'
import {
  audible,
  fakeTranscriptions,
  type TranscriptionBehaviour,
} from '../speech-to-text/openai-compatible/openai-transcriptions.fake.ts'
import { inputs, silence } from '../speech-to-text/speech-to-text.contract.ts'
import type { HearingInput } from '../speech-to-text/speech-to-text.ts'
import { OpenAiCompatibleTextToSpeech } from '../text-to-speech/openai-compatible/openai-compatible-text-to-speech.ts'
import { fakeSpeech } from '../text-to-speech/openai-compatible/openai-speech.fake.ts'
import { pieces, said } from '../text-to-speech/text-to-speech.contract.ts'
import { createLlmGateway } from './llm-gateway.ts'
import { createSpeechToTextGateway } from './speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from './text-to-speech-gateway.ts'

const ongoing = new AbortController().signal
/** A gateway of its own for each run, so that none is left alone because of an earlier one. */
const parts = { clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog }
const runs = 300
/** Sound takes its time on the way; without sockets it is cut in 300 places (speech-gateways.test.ts). */
const soundRuns = 60

describe('over real sockets, broken off at random places', { timeout: 120_000 }, () => {
  it('a reply is read once, sentence by sentence', async () => {
    const sentences = ['Fail over by hand.', 'Wait for the replicas.', 'The lag is shown on the board.']
    const whole = sentences.join(' ')
    const state = { cut: 0 }
    await using first = await fakeOpenAi(async function* () {
      for (let at = 0; at < state.cut; at += 5) yield whole.slice(at, Math.min(state.cut, at + 5))
      yield { breakOff: true }
    })
    const used = { text: '' }
    await using second = await fakeOpenAi(async function* () {
      // As models do, it begins with the first sentence that wasn't used.
      yield sentences.filter((sentence) => !used.text.includes(sentence)).join(' ')
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (cut) => {
        state.cut = cut
        used.text = ''
        const llms = [first, second].map(
          ({ url }, at) => new OpenAiCompatibleLlm({ model: `m${at}`, apiKey: 'k', baseUrl: url }),
        )
        const llm = createLlmGateway(llms, parts)
        const heard: string[] = []
        let open = ''
        for await (const piece of llm.reply([{ role: 'user', text: 'How?' }], { used: () => used.text }, ongoing)) {
          if (piece.kind === 'resumed') open = ''
          if (piece.kind !== 'text') continue
          open += piece.text
          for (let end = open.indexOf('. '); end >= 0; end = open.indexOf('. ')) {
            heard.push(open.slice(0, end + 1))
            used.text = heard.join(' ')
            open = open.slice(end + 2)
          }
        }
        expect([...heard, open.trim()].filter((sentence) => sentence !== '')).toEqual(sentences)
      }),
      { numRuns: runs },
    )
  })

  it('an answer is said once, word by word', async () => {
    await using first = await fakeSpeech()
    await using second = await fakeSpeech()
    await using third = await fakeSpeech()
    const servers = [first, second, third]
    const sentences = ['Fail over by hand.', 'Wait for the replicas.', 'The lag is shown on the board.']
    const words = sentences.join(' ').split(' ')
    // Each word is 0.2 s of 24 kHz; a sentence has seven at most.
    const cut = fc.record({
      inRequest: fc.integer({ min: 1, max: sentences.length }),
      cutAfterBytes: fc.integer({ min: 0, max: 7 * 0.2 * 24_000 * 2 - 2 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.tuple(cut, cut), async (cuts) => {
        for (const [at, behaviour] of cuts.entries()) Object.assign(servers[at]?.state ?? {}, { behaviour })
        for (const { asked } of servers) asked.length = 0
        const voices = servers.map(
          ({ url }, at) => new OpenAiCompatibleTextToSpeech({ baseUrl: url, apiKey: 'k', model: `v${at}`, voice: 'a' }),
        )
        await using gateway = createTextToSpeechGateway(voices, parts)
        const heard = await said(gateway.say(pieces(sentences), { lang: 'en' }, ongoing), gateway.sampleRate)
        expect(heard.words.map(({ text }) => text)).toEqual(words)
      }),
      { numRuns: soundRuns },
    )
  })

  it('what is said is written down once, word by word', async () => {
    const script = [
      { text: 'restart the primary', fromMs: 200, toMs: 800 },
      { text: 'how old is that', fromMs: 1500, toMs: 2100 },
      { text: 'send it to slack', fromMs: 2900, toMs: 3500 },
    ]
    await using first = await fakeTranscriptions(script)
    await using second = await fakeTranscriptions(script)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.constantFrom<TranscriptionBehaviour>('cut', 'garbage', { status: 503 }),
        async (good, behaviour) => {
          first.state.behaviour = 'well'
          first.asked.length = 0
          const ears = [first, second].map(
            ({ url }, at) => new OpenAiCompatibleSpeechToText({ baseUrl: url, apiKey: 'k', model: `e${at}` }),
          )
          const gateway = createSpeechToTextGateway(ears, parts)
          // It fails from one of the recordings on.
          const audio = (async function* () {
            for await (const input of audible(inputs(silence(4200)), script, 16_000)) {
              if (first.asked.length >= good) first.state.behaviour = behaviour
              await new Promise((resolve) => setImmediate(resolve))
              yield input
            }
          })()
          const turns: string[] = []
          for await (const event of gateway.hear(
            audio,
            { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 },
            ongoing,
          ))
            if (event.kind === 'end-of-turn') turns.push(event.transcript.text)
          expect(turns.filter((text) => text !== '')).toEqual(script.map(({ text }) => text))
        },
      ),
      { numRuns: soundRuns },
    )
  })

  it('what is streamed is written down once, word by word, whichever frame is the last', async () => {
    const speech = [
      { text: 'restart the primary', fromMs: 200, toMs: 800 },
      { text: 'how old is that', fromMs: 1500, toMs: 2100 },
      { text: 'send it to slack', fromMs: 2900, toMs: 3500 },
    ]
    const cut = { audioMs: 0, does: 'cut' as const }
    await using first = await fakeDeepgram({ speech, after: cut })
    const heard: { text: string; toMs: number }[] = []
    // The second hears the open turn from its beginning.
    const rest = {
      get speech() {
        const fromMs = heard.at(-1)?.toMs ?? 0
        return speech
          .slice(heard.length)
          .map((each) => ({ ...each, fromMs: each.fromMs - fromMs, toMs: each.toMs - fromMs }))
      },
    }
    await using second = await fakeDeepgram(rest)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 209 }), async (frame) => {
        cut.audioMs = frame * 20
        heard.length = 0
        const ears = [first, second].map(
          ({ url }, at) => new DeepgramSpeechToText({ baseUrl: url, apiKey: 'k', model: `nova-${at}` }),
        )
        const gateway = createSpeechToTextGateway(ears, parts)
        const options = { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 } as const
        for await (const event of gateway.hear(paced(silence(4200)), options, ongoing)) {
          if (event.kind === 'end-of-turn' && event.transcript.text !== '')
            heard.push({ text: event.transcript.text, toMs: event.transcript.words.at(-1)?.toMs ?? 0 })
        }
        expect(heard.map(({ text }) => text)).toEqual(speech.map(({ text }) => text))
      }),
      { numRuns: soundRuns },
    )
  })
})

/** The other side gets to answer in between. */
async function* paced(audio: readonly HearingInput[]): AsyncGenerator<HearingInput> {
  for (const input of audio) {
    await new Promise((resolve) => setImmediate(resolve))
    yield input
  }
}
