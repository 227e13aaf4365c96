import { describe, expect, it } from 'vitest'
import { inputs, silence, speechToTextContract } from './speech-to-text.contract.ts'
import { ScriptedSpeechToText } from './speech-to-text.fake.ts'
import { TurnHeard } from './turn-heard.ts'

const ongoing = new AbortController().signal

describe('ScriptedSpeechToText', () => {
  speechToTextContract(async (script) => new ScriptedSpeechToText(script))

  it('fails where it is told to', async () => {
    const recogniser = new ScriptedSpeechToText([], { afterMs: 100, with: new Error('cut') })
    const events = recogniser.hear(inputs(silence(500)), { sampleRate: 16_000, lang: 'en' }, ongoing)
    await expect(Array.fromAsync(events)).rejects.toThrow('cut')
  })
})

describe('TurnHeard', () => {
  const part = (text: string) => ({ text, words: [], confidence: 0.9 })

  it('writes Japanese without spaces and English with them', () => {
    const turn = new TurnHeard()
    for (const text of ['Redisを', '再起動 して', 'ください']) Array.from(turn.final(part(text)))
    expect(Array.from(turn.end('silence'))).toMatchObject([{ transcript: { text: 'Redisを再起動してください' } }])
    for (const text of ['restart', 'it']) Array.from(turn.final(part(text)))
    expect(Array.from(turn.end('silence'))).toMatchObject([{ transcript: { text: 'restart it' } }])
  })

  it('counts words that never became final, when the turn is over', () => {
    const turn = new TurnHeard()
    Array.from(turn.final(part('restart')))
    Array.from(turn.interim(part('redis')))
    expect(Array.from(turn.end('flush'))).toMatchObject([{ transcript: { text: 'restart redis' } }])
  })
})
