import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { framesOf } from '#providers/audio/pcm.ts'
import type { ScriptedSpeech } from './scripted-speech.fake.ts'
import type { HearingEvent, HearingInput, SpeechToText } from './speech-to-text.ts'

const ongoing = new AbortController().signal
const sampleRate = 16_000
const options = { sampleRate, lang: 'en', endOfTurnSilenceMs: 300 } as const

export function silence(ms: number): HearingInput[] {
  return [...framesOf(new Int16Array((sampleRate * ms) / 1000), sampleRate, 20)].map((samples) => ({
    kind: 'audio',
    samples,
  }))
}

/** Inputs, one after the other; `closed` tells whether the reader let go of it. */
export function inputs(items: readonly HearingInput[], after: Promise<void> = Promise.resolve()) {
  const state = { closed: false }
  async function* run(): AsyncGenerator<HearingInput> {
    try {
      for (const item of items) yield item
      await after
    } finally {
      state.closed = true
    }
  }
  return Object.assign(run(), { state })
}

async function all(events: AsyncIterable<HearingEvent>): Promise<HearingEvent[]> {
  return Array.fromAsync(events)
}

function turnsOf(events: readonly HearingEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'end-of-turn' ? [event.transcript.text] : []))
}

/** What it means to be a recogniser; `open` is told what is in the audio, which is silence. */
export function speechToTextContract(open: (script: readonly ScriptedSpeech[]) => Promise<SpeechToText>) {
  const question = { text: 'restart the redis primary', fromMs: 200, toMs: 1200 }

  it('tells the beginning of speech, words while they are said, and what was said when the speaker is done', async () => {
    const events = await all((await open([question])).hear(inputs(silence(2000)), options, ongoing))
    const kinds = events.map(({ kind }) => kind)
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual([
      'connected',
      'speech-started',
      'interim',
      'final',
      'end-of-turn',
    ])
    expect(events.find(({ kind }) => kind === 'speech-started')).toEqual({ kind: 'speech-started', atMs: 200 })
    expect(turnsOf(events)).toEqual(['restart the redis primary'])
  })

  it('gives each word its time in the audio and its confidence', async () => {
    const events = await all((await open([question])).hear(inputs(silence(2000)), options, ongoing))
    const end = events.at(-1)
    const words = end?.kind === 'end-of-turn' ? end.transcript.words : []
    expect(words.map(({ text, fromMs, toMs }) => [text, fromMs, toMs])).toEqual([
      ['restart', 200, 450],
      ['the', 450, 700],
      ['redis', 700, 950],
      ['primary', 950, 1200],
    ])
    for (const { confidence } of words) expect(confidence).toBeGreaterThan(0.5)
  })

  it('takes a short pause as part of the turn and a long one as its end', async () => {
    const script = [
      { text: 'restart redis', fromMs: 0, toMs: 500 },
      { text: 'in staging', fromMs: 700, toMs: 1100 },
      { text: 'and now production', fromMs: 2000, toMs: 2600 },
    ]
    const events = await all((await open(script)).hear(inputs(silence(3500)), options, ongoing))
    expect(turnsOf(events)).toEqual(['restart redis in staging', 'and now production'])
    const finals = events.flatMap((event) => (event.kind === 'final' ? [event.transcript.text] : []))
    expect(finals).toEqual(['restart redis', 'restart redis in staging', 'and now production'])
  })

  it('ends the turn at once when told that the speaker is done, also when nothing was said', async () => {
    const audio = inputs([...silence(1240), { kind: 'flush' }, ...silence(400), { kind: 'flush' }])
    const events = await all((await open([question])).hear(audio, options, ongoing))
    const ends = events.flatMap((event) => (event.kind === 'end-of-turn' ? [[event.cause, event.transcript.text]] : []))
    expect(ends).toEqual([
      ['flush', 'restart the redis primary'],
      ['flush', ''],
    ])
  })

  it('tells what is still open when the audio ends', async () => {
    const events = await all((await open([question])).hear(inputs(silence(1300)), options, ongoing))
    expect(turnsOf(events)).toEqual(['restart the redis primary'])
  })

  it('hears nothing in silence', async () => {
    for (const ms of [500, 0]) {
      const events = await all((await open([])).hear(inputs(silence(ms)), options, ongoing))
      expect(events.filter(({ kind }) => kind !== 'connected')).toEqual([])
    }
  })

  it('stops at once when told to, and lets go of the audio', async () => {
    const release = Promise.withResolvers<void>()
    const audio = inputs(silence(1000), release.promise)
    const hangUp = new AbortController()
    const events = (await open([question])).hear(audio, options, hangUp.signal)[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ kind: 'connected' })
    expect((await events.next()).value).toMatchObject({ kind: 'speech-started' })
    const waiting = pullUntilEnd(events)
    hangUp.abort(new Error('hung up'))
    await expect(waiting).rejects.toThrow('hung up')
    release.resolve()
    await expect.poll(() => audio.state.closed).toBe(true)
  })

  it('lets go of the audio when nobody listens any more', async () => {
    const release = Promise.withResolvers<void>()
    const audio = inputs(silence(1000), release.promise)
    for await (const event of (await open([question])).hear(audio, options, ongoing)) {
      expect(event.kind).toBe('connected')
      break
    }
    release.resolve()
    await expect.poll(() => audio.state.closed).toBe(true)
  })

  it('does nothing when told to stop beforehand', async () => {
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(all((await open([question])).hear(inputs(silence(100)), options, gone))).rejects.toThrow('hung up')
  })

  it('leaves no listener behind on a signal that outlives it', async () => {
    const call = new AbortController()
    const recogniser = await open([question])
    await all(recogniser.hear(inputs(silence(400)), options, call.signal))
    for await (const _ of recogniser.hear(inputs(silence(400)), options, call.signal)) break
    expect(getEventListeners(call.signal, 'abort')).toEqual([])
  })

  it('passes on what goes wrong with the audio', async () => {
    async function* broken(): AsyncGenerator<HearingInput> {
      yield* silence(300)
      throw new Error('microphone unplugged')
    }
    await expect(all((await open([question])).hear(broken(), options, ongoing))).rejects.toThrow('microphone unplugged')
  })
}

async function pullUntilEnd(events: AsyncIterator<HearingEvent>): Promise<void> {
  for (let next = await events.next(); next.done !== true; next = await events.next());
}
