import { describe, expect, it } from 'vitest'
import { parseLexicon } from '#conversation/speech/lexicon.ts'
import { wordsIn } from '../block-kit.fake.ts'
import { type StartBotOptions, type StartedBot, startBot } from '../bot.fake.ts'

type Speech = NonNullable<NonNullable<StartBotOptions['given']>['speech']>

/** A recogniser that hears what is handed in, and a voice that beeps: neither room may be imported here. */
function fakeSpeech(heard: string | Error): Speech & { asked: { keyterms: readonly string[] }[]; said: string[] } {
  const asked: { keyterms: readonly string[] }[] = []
  const said: string[] = []
  return {
    asked,
    said,
    lexicon: parseLexicon(''),
    toText: {
      id: 'fake',
      async *hear(audio, { keyterms = [] }) {
        asked.push({ keyterms })
        if (heard instanceof Error) throw heard
        for await (const piece of audio) if (piece.kind === 'flush') break
        const transcript = { text: heard, words: [], confidence: 0.9 }
        yield { kind: 'end-of-turn', transcript, cause: 'flush' }
      },
    },
    toSpeech: {
      id: 'fake',
      sampleRate: 8000,
      async *say(text) {
        for await (const piece of text) said.push(piece)
        yield { samples: Int16Array.of(1, 2, 3, 4), words: [] }
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  }
}

/** A tenth of a second of nothing, as a WAV file: 8 kHz, PCM16. */
function silentWav(): Uint8Array {
  const bytes = Buffer.alloc(44 + 1600)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36 + 1600, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8000, 24)
  bytes.writeUInt32LE(16_000, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(1600, 40)
  return bytes
}
const bytes = silentWav()
const inDirect = (bot: StartedBot) => bot.slack.workspace.posted('D1')

describe('a recording', () => {
  it('is shown as it was heard, answered in writing, and then aloud', async () => {
    const speech = fakeSpeech('How do I fail over redis?')
    await using bot = await startBot({ given: { speech } })
    const ts = await bot.slack.records({ user: 'U1', channel: 'D1', bytes, preview: 'How do I fail over Redis-main' })
    await bot.quiet()
    const [heard, answer, ...others] = inDirect(bot)
    expect(heard?.text).toBe('🎙️ I heard: “How do I fail over redis?”')
    expect(wordsIn(answer?.blocks)).toContain('Fail over Redis by hand')
    expect([heard?.thread_ts, answer?.thread_ts, others]).toEqual([ts, ts, []])
    expect(speech.asked[0]?.keyterms).toContain('Redis-main')
    expect(speech.said.join(' ')).toContain('Fail over Redis by hand')
    const [upload] = bot.slack.workspace.uploads
    expect(upload).toMatchObject({ channel: 'D1', thread_ts: ts, title: 'The answer, read aloud' })
    expect(Buffer.from(upload?.bytes ?? []).toString('latin1', 0, 4)).toBe('RIFF')
    expect(bot.wiki.asked).toMatchObject([{ text: 'How do I fail over redis?' }])
  })

  it('is listened to for the names that its readers may know of, which are put right in it', async () => {
    const speech = fakeSpeech('How do I fail over red is?')
    const asked: string[] = []
    const vocabulary = ({ name }: { name: string }) => {
      asked.push(name)
      const correct = (text: string) => ({ text: text.replace('red is', 'redis'), corrections: [], doubts: [] })
      return { keyterms: () => ['patronictl'], correct }
    }
    await using bot = await startBot({ given: { speech, vocabulary } })
    await bot.slack.records({ user: 'U1', channel: 'D1', bytes })
    await bot.quiet()
    expect(inDirect(bot)[0]?.text).toBe('🎙️ I heard: “How do I fail over redis?”')
    expect(speech.asked[0]?.keyterms).toEqual(['patronictl'])
    expect(asked).toEqual(['slack:U1'])
  })

  it('is listened to in a thread that we take part in, and in no other', async () => {
    await using bot = await startBot({ given: { speech: fakeSpeech('and how is redis watched?') } })
    const thread = await bot.slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    await bot.slack.records({ user: 'U2', channel: 'C1', bytes, thread_ts: thread })
    await bot.slack.records({ user: 'U2', channel: 'C1', bytes })
    await bot.quiet()
    expect(bot.wiki.asked.map(({ text }) => text)).toEqual(['redis?', 'and how is redis watched?'])
  })

  it.each([
    ['there is no recogniser', undefined],
    ['the recogniser fails', fakeSpeech(new Error('gone'))],
    ['the recogniser hears nothing', fakeSpeech('')],
  ])("is taken from Slack's preview where %s", async (_, speech) => {
    await using bot = await startBot({ given: { speech } })
    await bot.slack.records({ user: 'U1', channel: 'D1', bytes, preview: 'fail over redis' })
    await bot.quiet()
    expect(inDirect(bot)[0]?.text).toContain('Slack heard: “fail over redis”')
    expect(bot.wiki.asked).toMatchObject([{ text: 'fail over redis' }])
  })

  it('that nobody can make out is said to be so', async () => {
    await using bot = await startBot()
    await bot.slack.records({ user: 'U1', channel: 'D1', bytes })
    await bot.quiet()
    expect(inDirect(bot).map(({ text }) => text)).toEqual([expect.stringContaining('DEEPGRAM_API_KEY')])
    await using other = await startBot({ given: { speech: fakeSpeech('') } })
    await other.slack.records({ user: 'U1', channel: 'D1', bytes })
    await other.quiet()
    expect(inDirect(other)[0]?.text).toContain('could not make out any words')
    expect([...bot.wiki.asked, ...other.wiki.asked]).toEqual([])
  })

  it('that the token may not read is not taken for sound', async () => {
    await using bot = await startBot({ given: { speech: fakeSpeech('x') } })
    bot.slack.broken.set('files', 'missing_scope')
    await bot.slack.records({ user: 'U1', channel: 'D1', bytes })
    await bot.quiet()
    expect(inDirect(bot)[0]?.text).toContain('lacks a scope')
  })

  it('never brings our token to another address', async () => {
    await using bot = await startBot({ given: { speech: fakeSpeech('x') } })
    const foreign = ['https://evil.example/clip', 'http://files.slack.com/clip', 'https://slack.com.evil.example/x']
    for (const url of foreign) await bot.slack.records({ user: 'U1', channel: 'D1', bytes, url })
    await bot.quiet()
    for (const { text } of inDirect(bot)) expect(text).toContain('not an address of Slack')
    expect(inDirect(bot)).toHaveLength(3)
  })
})
