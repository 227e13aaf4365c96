import { describe, expect, it } from 'vitest'
import { pieces, said, textToSpeechContract } from './text-to-speech.contract.ts'
import { FakeTextToSpeech, tone } from './text-to-speech.fake.ts'
import { estimatedWordTimes, wordsIn } from './word-times.ts'

const ongoing = new AbortController().signal

describe('FakeTextToSpeech', () => {
  textToSpeechContract(async () => new FakeTextToSpeech())

  it('tells what it was asked to say, and whether it was stopped', async () => {
    const voice = new FakeTextToSpeech()
    await said(voice.say(pieces(['One.', 'Two.']), { lang: 'en' }, ongoing), voice.sampleRate)
    for await (const _ of voice.say(pieces(['Three four.']), { lang: 'en' }, ongoing)) break
    expect(voice.utterances.map(({ pieces: texts, outcome }) => [texts, outcome])).toEqual([
      [['One.', 'Two.'], 'said'],
      [['Three four.'], 'stopped'],
    ])
  })
})

describe('wordsIn', () => {
  it.each([
    ['Restart it , then — wait.', 'en', ['Restart', 'it ,'.replace(' ', ''), 'then—', 'wait.']],
    ['Redisを再起動します。', 'ja', ['Redis', 'を', '再', '起動', 'し', 'ます。']],
    ['', 'en', []],
  ] as const)('cuts %s', (text, lang, words) => {
    expect(wordsIn(text, lang)).toEqual(words)
  })
})

describe('estimatedWordTimes', () => {
  const rate = 16_000
  const sound = (ms: number) => [...tone((rate * ms) / 1000, rate)]
  const quiet = (ms: number) => Array.from({ length: (rate * ms) / 1000 }, () => 0)

  it('finds the pauses between clauses', () => {
    const samples = Int16Array.from([...quiet(100), ...sound(400), ...quiet(200), ...sound(600), ...quiet(300)])
    expect(estimatedWordTimes(['First,', 'stop', 'it.'], samples, rate, 1000)).toEqual([
      { text: 'First,', fromMs: 1100, toMs: 1500 },
      { text: 'stop', fromMs: 1700, toMs: 2075 },
      { text: 'it.', fromMs: 2075, toMs: 2300 },
    ])
  })

  it('spreads the words over all of it where the pauses are not to be found', () => {
    const samples = Int16Array.from([...quiet(100), ...sound(900)])
    const times = estimatedWordTimes(['ab,', 'cd'], samples, rate, 0)
    expect(times.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [100, 550],
      [550, 1000],
    ])
  })
})
