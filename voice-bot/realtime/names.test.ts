import { expect, it } from 'vitest'
import { tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { startVoice } from './realtime.fake.ts'

const misheard = 'How do I fail over reddish by hand?'
const meant = 'How do I fail over Redis by hand?'
const corrections = [{ heard: 'reddish', meant: 'Redis', at: 19, confidence: 0.9 }]

/** Knows that `reddish` is Redis. */
const vocabulary = () => ({
  keyterms: () => ['Redis'],
  correct: (heard: string) => ({
    text: heard.replace('reddish', 'Redis'),
    corrections: heard.includes('reddish') ? corrections : [],
    doubts: [],
  }),
})

it('shows what was heard and what it was taken for', async () => {
  await using voice = await startVoice({
    script: [{ text: misheard, fromMs: 100, toMs: 1500 }],
    conversation: { vocabulary },
  })
  const client = await voice.connect()
  const silence = (ms: number) => new Int16Array((24_000 * ms) / 1000)
  client.audio(silence(100))
  client.audio(tone((24_000 * 1400) / 1000, 24_000))
  client.audio(silence(2000))
  await client.event('response.done')
  const final = client.all('nightdesk.transcript').findLast(({ is_final }) => is_final)
  expect(final).toMatchObject({ text: meant, corrections })
  const [said] = client.all('conversation.item.input_audio_transcription.completed')
  expect(said?.transcript).toBe(meant)
})

it("puts right what the client's own recogniser heard, and shows it", async () => {
  await using voice = await startVoice({ deaf: true, conversation: { vocabulary } })
  const client = await voice.connect()
  client.send({ type: 'nightdesk.hearing', text: 'How do I fail over reddish' })
  client.ask(misheard)
  await client.event('response.done')
  expect(client.all('nightdesk.transcript')).toMatchObject([{ text: meant, is_final: true, corrections }])
})

it('leaves alone what was typed', async () => {
  await using voice = await startVoice({ conversation: { vocabulary } })
  const client = await voice.connect()
  client.ask(misheard)
  await client.event('response.done')
  expect(client.all('nightdesk.transcript')).toEqual([])
})
