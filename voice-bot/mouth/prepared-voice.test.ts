import { describe, expect, it } from 'vitest'
import { TextToSpeechError } from '#providers/text-to-speech/errors.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'
import { silentLog } from '#runtime/log.ts'
import { realTiming } from '../realtime/playback.ts'
import { preparedVoice } from './prepared-voice.ts'
import { allVoiceSentences, voiceSentence } from './words.ts'

const ongoing = new AbortController().signal
const broken = new TextToSpeechError('unreachable', { name: 'Voice', remedy: 'Check it.' })

async function* texts(...pieces: string[]): AsyncGenerator<string> {
  yield* pieces
}

function prepared(voice: FakeTextToSpeech, timing = realTiming) {
  return preparedVoice({
    voice,
    phrases: { en: allVoiceSentences('en'), ja: allVoiceSentences('ja') },
    bridge: { en: voiceSentence('one-moment', 'en'), ja: voiceSentence('one-moment', 'ja') },
    slowAfterMs: 700,
    timing,
    log: silentLog,
  })
}

const wordsOf = (sound: readonly SpokenAudio[]) => sound.flatMap(({ words }) => words)

describe('a prepared voice', () => {
  it('says from memory what it has said before, when the voice is away too', async () => {
    let isAway = false
    const voice = new FakeTextToSpeech({
      before: async () => {
        if (isAway) throw broken
      },
    })
    const mouth = prepared(voice)
    await mouth.prepare(ongoing)
    const spoken = voice.utterances.length
    isAway = true
    const sorry = await Array.fromAsync(mouth.say(texts(voiceSentence('failed', 'en')), { lang: 'en' }, ongoing))
    expect(wordsOf(sorry).map(({ text }) => text)[0]).toBe('Sorry,')
    expect(voice.utterances.slice(spoken).flatMap(({ pieces }) => pieces)).toEqual([])
    await expect(Array.fromAsync(mouth.say(texts('Something else.'), { lang: 'en' }, ongoing))).rejects.toBeInstanceOf(
      TextToSpeechError,
    )
  })

  it('goes on with the voice itself, and its words come when they are heard', async () => {
    const mouth = prepared(new FakeTextToSpeech())
    await mouth.prepare(ongoing)
    const said = texts(voiceSentence('one-moment', 'en'), ' Check the replicas.')
    const sound = await Array.fromAsync(mouth.say(said, { lang: 'en' }, ongoing))
    expect(wordsOf(sound).map(({ text, fromMs }) => [text, fromMs])).toEqual([
      ['One', 0],
      ['moment.', 200],
      ['Check', 400],
      ['the', 600],
      ['replicas.', 800],
    ])
  })

  it('bridges the wait for a voice that is slow to begin, and counts that as heard', async () => {
    const begun = Promise.withResolvers<void>()
    let isSlow = false
    const voice = new FakeTextToSpeech({ before: () => (isSlow ? begun.promise : Promise.resolve()) })
    const due: (() => void)[] = []
    const after = (_: number, call: () => void) => {
      due.push(call)
      return () => undefined
    }
    const mouth = prepared(voice, { nowMs: () => 0, after })
    await mouth.prepare(ongoing)
    isSlow = true
    const sound = mouth.say(texts('Check the replicas.'), { lang: 'en' }, ongoing)[Symbol.asyncIterator]()
    const first = sound.next()
    while (due.length === 0) await new Promise((resolve) => setImmediate(resolve))
    due[0]?.()
    expect(await first).toMatchObject({ value: { words: [] } })
    begun.resolve()
    const rest: SpokenAudio[] = []
    for (let next = await sound.next(); next.done !== true; next = await sound.next()) rest.push(next.value)
    expect(wordsOf(rest).map(({ text, fromMs }) => [text, fromMs])).toEqual([
      ['Check', 400],
      ['the', 600],
      ['replicas.', 800],
    ])
  })

  it('says anew what is to be said at another pace', async () => {
    const voice = new FakeTextToSpeech()
    const mouth = prepared(voice)
    await mouth.prepare(ongoing)
    const before = voice.utterances.length
    await Array.fromAsync(mouth.say(texts(voiceSentence('failed', 'en')), { lang: 'en', speed: 0.8 }, ongoing))
    expect(voice.utterances.slice(before)).toMatchObject([{ options: { speed: 0.8 } }])
  })

  it('is silent at once when it is told to be', async () => {
    const voice = new FakeTextToSpeech()
    const mouth = prepared(voice)
    await mouth.prepare(ongoing)
    const stop = new AbortController()
    const sound = mouth.say(texts('Check', ' the replicas.'), { lang: 'en' }, stop.signal)[Symbol.asyncIterator]()
    await sound.next()
    stop.abort(new Error('barge-in'))
    await expect(sound.next()).rejects.toThrow('barge-in')
    expect(voice.utterances.at(-1)?.outcome).toBe('stopped')
  })
})
