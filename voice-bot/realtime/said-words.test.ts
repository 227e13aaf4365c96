import { describe, expect, it } from 'vitest'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'
import { SaidWords } from './said-words.ts'

const failOver = 'How do I fail over Redis by hand?'
const wordMs = 200
const rate = 24_000
const sound = (count: number) => new Int16Array((rate * wordMs * count) / 1000)

/** All transcripts of our message that were sent when its response was over. */
function transcripts(client: FakeClient): unknown[] {
  const done = client.all('response.done')[0]?.response.output[0]
  const contents = [
    done,
    client.all('response.output_item.done')[0]?.item,
    client.all('conversation.item.done').findLast(({ item }) => item.type === 'message' && item.role === 'assistant')
      ?.item,
  ].map((item) => (item?.type === 'message' ? item.content[0] : undefined))
  return [...contents, client.all('response.content_part.done')[0]?.part].map((part) =>
    part !== undefined && 'transcript' in part ? part.transcript : undefined,
  )
}

describe('an answer that is cancelled', () => {
  it('has in all its last events only what was heard, word by word, also of a command', async () => {
    let words = 0
    const { promise: never } = Promise.withResolvers<void>()
    const toSpeech = new FakeTextToSpeech({
      wordMs,
      before: async () => {
        words += 1
        if (words > 12) await never
      },
    })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    await new Promise((resolve) => setTimeout(resolve, 7 * wordMs + 50))
    client.send({ type: 'response.cancel' })
    const { response } = await client.event('response.done')
    expect(response.status).toBe('cancelled')
    const told = transcripts(client)
    const spoken = client.all('nightdesk.caption').map(({ text }) => text)
    const [heard] = told
    expect(told).toEqual([heard, heard, heard, heard])
    const count = String(heard).split(' ').length
    expect(spoken.join(' ').split(' ').slice(0, count).join(' ')).toBe(heard)
    // Seven words were heard; a busy machine may take longer to cancel, but no more than 12 were made.
    expect(count).toBeGreaterThanOrEqual(7)
    expect(count).toBeLessThanOrEqual(12)
    client.send({ type: 'conversation.item.retrieve', item_id: response.output[0]?.id ?? '' })
    expect((await client.event('conversation.item.retrieved')).item).toMatchObject({ content: [{ transcript: heard }] })
  })
})

describe('the captions of an answer', () => {
  it('tell what each sentence rests on, and that its age is our own words', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    const restOn = client.all('nightdesk.caption').map(({ written, citations }) => [written, citations] as const)
    expect(restOn.find(([written]) => written.startsWith('Edited'))?.[1]).toEqual([])
    expect(restOn.find(([written]) => written.includes('Check the replicas'))?.[1]).toEqual([1])
  })

  it('tell where the sound of each sentence begins, though they are told before the one before it has any', async () => {
    const made = Promise.withResolvers<void>()
    // The voice begins once all sentences were told.
    const toSpeech = new FakeTextToSpeech({ wordMs, before: async () => await made.promise })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    const sentences = await client.when(() => {
      const told = client.all('nightdesk.caption')
      return told.length > 1 ? told : undefined
    })
    const [first, second] = sentences
    made.resolve()
    await client.event('response.done')
    const captions = client.all('nightdesk.caption')
    const counts = captions.map(({ text }) => text.split(' ').length)
    const starts = counts.map((_, at) => wordMs * counts.slice(0, at).reduce((sum, count) => sum + count, 0))
    expect(client.all('nightdesk.caption_sound').map(({ index, audio_start_ms }) => [index, audio_start_ms])).toEqual(
      starts.map((startMs, index) => [index, startMs]),
    )
    expect(captions.map(({ index }) => index)).toEqual(captions.map((_, at) => at))
    // About where it will begin.
    expect(first?.audio_start_ms).toBe(0)
    expect(second?.audio_start_ms).toBeGreaterThan(500)
    const types = client.types()
    expect(types.indexOf('nightdesk.caption_sound')).toBeLessThan(types.indexOf('response.output_audio.delta'))
  })

  it('know where a sentence begins that comes when all before it was said', () => {
    const said = new SaidWords()
    const words = ['Run', 'it.'].map((text, at) => ({ text, fromMs: at * wordMs, toMs: (at + 1) * wordMs }))
    expect(said.say('one', 'Run it.', 'en')).toEqual({ index: 0, startMs: 0 })
    expect(said.play('one', { samples: sound(2), words }, { sampleRate: rate, of: 1 })).toEqual([
      { index: 0, startMs: 0 },
    ])
    expect(said.say('one', 'Then wait for it.', 'en')).toEqual({ index: 1, startMs: 2 * wordMs })
  })

  it('begin with the first word after the one before, also where that is read otherwise than it is written', () => {
    const said = new SaidWords()
    said.say('one', 'Run it.', 'en')
    said.say('one', '6379 is open.', 'en')
    const read = ['Run', 'it.', 'sixty-three', 'seventy-nine', 'is']
    const words = read.map((text, at) => ({ text, fromMs: at * wordMs, toMs: (at + 1) * wordMs }))
    expect(said.play('one', { samples: sound(5), words }, { sampleRate: rate, of: 1 })).toEqual([
      { index: 0, startMs: 0 },
      { index: 1, startMs: 2 * wordMs },
    ])
  })

  it('of an answer behind words of our own count from where its sound begins', () => {
    const said = new SaidWords()
    const word = (text: string, at: number) => ({ text, fromMs: at * wordMs, toMs: (at + 1) * wordMs })
    said.say('one', 'One moment.', 'en')
    said.play(
      'one',
      { samples: sound(2), words: [word('One', 0), word('moment.', 1)] },
      { sampleRate: rate, of: 'own' },
    )
    said.say('one', 'Run it.', 'en')
    said.play('one', { samples: sound(2), words: [word('Run', 0), word('it.', 1)] }, { sampleRate: rate, of: 1 })
    expect(said.heard('one', 2 * wordMs)).toBe('One moment.')
    expect(said.heard('one', 3 * wordMs)).toBe('One moment. Run')
  })

  it('take times of words that come without sound', async () => {
    const fake = new FakeTextToSpeech({ wordMs })
    const toSpeech: TextToSpeech = {
      id: 'apart',
      sampleRate: fake.sampleRate,
      async *say(text, options, signal) {
        for await (const { samples, words } of fake.say(text, options, signal)) {
          yield { samples, words: [] }
          yield { samples: new Int16Array(), words }
        }
      },
      [Symbol.asyncDispose]: async () => {},
    }
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    expect(client.all('nightdesk.caption_sound')).toHaveLength(client.all('nightdesk.caption').length)
  })
})

describe('the words of an item', () => {
  it('are those heard whole by then', () => {
    const said = new SaidWords()
    said.say('one', 'Run kube control', 'en')
    said.say('one', 'get pods.', 'en')
    const words = ['Run', 'kube', 'control', 'get', 'pods.'].map((text, at) => ({
      text,
      fromMs: at * wordMs,
      toMs: (at + 1) * wordMs,
    }))
    said.play('one', { samples: sound(5), words }, { sampleRate: rate, of: 1 })
    expect([0, 399, 400, 650, 5000].map((ms) => said.heard('one', ms))).toEqual([
      '',
      'Run',
      'Run kube',
      'Run kube control',
      'Run kube control get pods.',
    ])
    expect(said.heard('two', 400)).toBeUndefined()
  })

  it('are counted from where the item begins in its turn', () => {
    const said = new SaidWords()
    const word = (text: string, at: number) => ({ text, fromMs: at * wordMs, toMs: (at + 1) * wordMs })
    said.say('one', 'One moment.', 'en')
    said.play('one', { samples: sound(2), words: [word('One', 0), word('moment.', 1)] }, { sampleRate: rate, of: 1 })
    said.say('two', 'Done now.', 'en')
    said.play('two', { samples: sound(2), words: [word('Done', 2), word('now.', 3)] }, { sampleRate: rate, of: 1 })
    expect(said.heard('two', wordMs)).toBe('Done')
    said.say('three', 'And again.', 'en')
    said.play('three', { samples: sound(2), words: [word('And', 0), word('again.', 1)] }, { sampleRate: rate, of: 2 })
    expect(said.heard('three', wordMs)).toBe('And')
  })

  it('are letters in Japanese', () => {
    const said = new SaidWords()
    said.say('one', '再起動します。', 'ja')
    const words = ['再', '起', '動', 'し', 'ま', 'す', '。'].map((text, at) => ({
      text,
      fromMs: at * 100,
      toMs: (at + 1) * 100,
    }))
    said.play('one', { samples: sound(4), words }, { sampleRate: rate, of: 1 })
    expect(said.heard('one', 300)).toBe('再起動')
  })
})

describe('sound that the client wants cleared', () => {
  it('is told to be cleared, over a WebSocket too, and who speaks then talks over nobody', async () => {
    const script = [{ text: 'How much memory may Redis use?', fromMs: 0, toMs: 600 }]
    await using voice = await startVoice({ script })
    const client = await voice.connect()
    client.ask(failOver)
    const { response } = await client.event('response.done')
    client.send({ type: 'output_audio_buffer.clear' })
    expect(await client.event('output_audio_buffer.cleared')).toMatchObject({ response_id: response.id })
    for (const part of [saidAh(0.6, rate), new Int16Array(rate * 2.5)])
      for (let from = 0; from < part.length; from += 2400) client.audio(part.slice(from, from + 2400))
    await client.event('response.done', 2)
    expect(client.all('nightdesk.playback')).toEqual([])
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('maxmemory')
  })
})
