import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpokenAudio, SpokenWord, TextToSpeech } from './text-to-speech.ts'

const ongoing = new AbortController().signal
const english = { lang: 'en' } as const

/** Pieces of a text, one after the other, then whatever `after` does; `closed` tells whether the reader let go of it. */
export function pieces(texts: readonly string[], after: Promise<void> = Promise.resolve()) {
  const state = { closed: false }
  async function* run(): AsyncGenerator<string> {
    try {
      for (const text of texts) yield text
      await after
    } finally {
      state.closed = true
    }
  }
  return Object.assign(run(), { state })
}

export interface Said {
  words: SpokenWord[]
  ms: number
  loudest: number
}

export async function said(audio: AsyncIterable<SpokenAudio>, sampleRate: number): Promise<Said> {
  const whole: Said = { words: [], ms: 0, loudest: 0 }
  for await (const { samples, words } of audio) {
    whole.words.push(...words)
    whole.ms += durationMs(samples.length, sampleRate)
    for (const sample of samples) whole.loudest = Math.max(whole.loudest, Math.abs(sample))
  }
  return whole
}

/** What it means to be a synthesiser. */
export function textToSpeechContract(open: () => Promise<TextToSpeech>) {
  it('says what comes in pieces as one utterance, and when each word is said', async () => {
    await using voice = await open()
    const text = pieces(['Restart the primary first. ', 'Then check the replicas.'])
    const { words, ms, loudest } = await said(voice.say(text, english, ongoing), voice.sampleRate)
    const bare = words.map((word) => word.text.toLowerCase().replace(/\W/g, ''))
    expect(bare).toEqual(['restart', 'the', 'primary', 'first', 'then', 'check', 'the', 'replicas'])
    expect(ms).toBeGreaterThan(800)
    expect(ms).toBeLessThan(8000)
    expect(loudest).toBeGreaterThan(1000)
    let before = 0
    for (const { fromMs, toMs } of words) {
      expect(fromMs).toBeGreaterThanOrEqual(before)
      expect(toMs).toBeGreaterThan(fromMs)
      before = toMs
    }
    expect(before).toBeLessThanOrEqual(ms + 1)
    expect(before).toBeGreaterThan(ms * 0.6)
  })

  it('says Japanese', async () => {
    await using voice = await open()
    const text = pieces(['まず、プライマリをさいきどうします。'])
    const { words, ms } = await said(voice.say(text, { lang: 'ja' }, ongoing), voice.sampleRate)
    expect(words.map((word) => word.text).join('')).toBe('まず、プライマリをさいきどうします。')
    expect(words.length).toBeGreaterThan(2)
    expect(ms).toBeGreaterThan(500)
  })

  it('begins to speak while the text is still coming', async () => {
    await using voice = await open()
    const release = Promise.withResolvers<void>()
    const audio = voice.say(pieces(['One moment, please.'], release.promise), english, ongoing)
    const first = await audio[Symbol.asyncIterator]().next()
    expect(first.done).toBe(false)
    release.resolve()
  })

  it('says nothing where there is no text', async () => {
    await using voice = await open()
    expect((await said(voice.say(pieces([]), english, ongoing), voice.sampleRate)).ms).toBe(0)
    expect((await said(voice.say(pieces(['', ' \n']), english, ongoing), voice.sampleRate)).ms).toBe(0)
  })

  it('falls silent at once when told to, and lets go of the text', async () => {
    await using voice = await open()
    const release = Promise.withResolvers<void>()
    const text = pieces(['Restart the primary. '], release.promise)
    const interrupt = new AbortController()
    const audio = voice.say(text, english, interrupt.signal)[Symbol.asyncIterator]()
    await audio.next()
    interrupt.abort(new Error('barge-in'))
    await expect(audio.next()).rejects.toThrow('barge-in')
    release.resolve()
    await expect.poll(() => text.state.closed).toBe(true)
  })

  it('speaks again after an interruption, and nothing of what was interrupted', async () => {
    await using voice = await open()
    const interrupt = new AbortController()
    const cut = voice.say(pieces(['Delete the volume and everything on it.']), english, interrupt.signal)
    const first = cut[Symbol.asyncIterator]()
    await first.next()
    interrupt.abort(new Error('barge-in'))
    await expect(first.next()).rejects.toThrow('barge-in')
    const { words } = await said(voice.say(pieces(['Never mind.']), english, ongoing), voice.sampleRate)
    expect(words.map((word) => word.text.toLowerCase().replace(/\W/g, ''))).toEqual(['never', 'mind'])
  })

  it('lets go of the text when nobody listens any more', async () => {
    await using voice = await open()
    const release = Promise.withResolvers<void>()
    const text = pieces(['Restart the primary. '], release.promise)
    for await (const { samples } of voice.say(text, english, ongoing)) {
      if (samples.length > 0) break
    }
    release.resolve()
    await expect.poll(() => text.state.closed).toBe(true)
  })

  it('says two utterances at the same time without mixing them up', async () => {
    await using voice = await open()
    const texts = ['Alpha beta gamma.', 'Delta epsilon.']
    const both = await Promise.all(
      texts.map((text) => said(voice.say(pieces([text]), english, ongoing), voice.sampleRate)),
    )
    expect(both.map(({ words }) => words.map(({ text }) => text.toLowerCase().replace(/\W/g, '')))).toEqual([
      ['alpha', 'beta', 'gamma'],
      ['delta', 'epsilon'],
    ])
  })

  it('does nothing when told to stop beforehand', async () => {
    await using voice = await open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(said(voice.say(pieces(['Late.']), english, gone), voice.sampleRate)).rejects.toThrow('hung up')
  })

  it('leaves no listener behind on a signal that outlives it', async () => {
    await using voice = await open()
    const call = new AbortController()
    await said(voice.say(pieces(['One.']), english, call.signal), voice.sampleRate)
    for await (const _ of voice.say(pieces(['Two.']), english, call.signal)) break
    await expect(said(voice.say(failing(), english, call.signal), voice.sampleRate)).rejects.toThrow('broke off')
    expect(getEventListeners(call.signal, 'abort')).toEqual([])
  })

  it('passes on what goes wrong with the text', async () => {
    await using voice = await open()
    await expect(said(voice.say(failing(), english, ongoing), voice.sampleRate)).rejects.toThrow('the model broke off')
  })
}

async function* failing(): AsyncGenerator<string> {
  yield 'Restart the primary. '
  throw new Error('the model broke off')
}
