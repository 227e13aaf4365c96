import { describe, expect, it } from 'vitest'
import type { HearingInput } from '#providers/speech-to-text/speech-to-text.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { scriptedProviders } from './scripted-providers.ts'
import { loopProviders } from './scripts.ts'

const ongoing = new AbortController().signal
const quick = { ...loopProviders, searchMs: 0, firstTokenMs: 0, tokenMs: 0, firstSoundMs: 0, betweenSoundsMs: 0 }

function providers() {
  const marks: ProviderMark['what'][] = []
  return { marks, ...scriptedProviders(quick, (what) => marks.push(what)) }
}

async function* given<Value>(...values: Value[]): AsyncGenerator<Value> {
  yield* values
}

const loud: HearingInput = { kind: 'audio', samples: new Int16Array(2400).fill(3000) }
const flush: HearingInput = { kind: 'flush' }
const quiet: HearingInput = { kind: 'audio', samples: new Int16Array(2400) }

describe('providers that follow a script', () => {
  it('hear a word for each stretch of sound, and the rest when the speaker is said to be done', async () => {
    const { ear, marks } = providers()
    const hearing = ear.hear(given<HearingInput>(quiet, loud, flush), { sampleRate: 24_000, lang: 'en' }, ongoing)
    const events = await Array.fromAsync(hearing)
    const texts = events.map((event) => ('transcript' in event ? [event.kind, event.transcript.text] : [event.kind]))
    expect(texts).toEqual([['connected'], ['interim', 'how'], ['end-of-turn', quick.words.join(' ')]])
    expect(marks).toEqual(['heard'])
  })

  it('hear nothing where there was no sound', async () => {
    const { ear } = providers()
    const hearing = ear.hear(given<HearingInput>(quiet, flush), { sampleRate: 24_000, lang: 'en' }, ongoing)
    expect((await Array.fromAsync(hearing)).at(-1)).toMatchObject({ kind: 'end-of-turn', transcript: { text: '' } })
  })

  it('note that a sentence is whole when the next one begins', async () => {
    const { model, marks } = providers()
    const before: string[] = []
    for await (const piece of model.reply([], {}, ongoing))
      if (piece.kind === 'text' && !marks.includes('sentence-given')) before.push(piece.text)
    expect(before.join('')).toBe(quick.sentences[0])
  })

  it('say each text for as long as the script says, and note the first alone', async () => {
    const { voice, marks } = providers()
    const sounds = await Array.fromAsync(voice.say(given('Fail over.', 'Then watch.'), { lang: 'en' }, ongoing))
    const samples = sounds.reduce((sum, each) => sum + each.samples.length, 0)
    expect(samples / 24).toBe(2 * quick.soundMs)
    expect(sounds.flatMap(({ words }) => words.map(({ text }) => text))).toEqual(['Fail', 'over.', 'Then', 'watch.'])
    expect(marks).toEqual(['voice-asked', 'sound-given'])
  })

  it('stop with whoever asked', async () => {
    const slow = scriptedProviders({ ...quick, firstTokenMs: 60_000 }, () => undefined)
    const stop = new AbortController()
    const reply = slow.model.reply([], {}, stop.signal)[Symbol.asyncIterator]()
    const first = reply.next()
    stop.abort(new Error('barge-in'))
    await expect(first).rejects.toThrow('The operation was aborted')
  })
})
