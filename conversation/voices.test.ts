import { describe, expect, it } from 'vitest'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { Channel } from './channel.ts'
import { fakeParts, talk } from './conversation.fake.ts'
import { parseLexicon } from './speech/lexicon.ts'
import { speakable, type VoicePart, voiceParts } from './speech/speakable.ts'
import { saidInVoices } from './voices.ts'

const ongoing = new AbortController().signal
const wordMs = 100
const lexicon = parseLexicon('')

async function* parts(...given: readonly [VoicePart['lang'], string][]): AsyncGenerator<VoicePart> {
  for (const [lang, text] of given) yield { lang, text }
}

describe('speech in two languages', () => {
  it('is said by a voice for each, in order, as one stretch of sound', async () => {
    const voice = new FakeTextToSpeech({ wordMs })
    const given = parts(['en', 'See the '], ['en', 'page '], ['ja', '切り替え手順'], ['en', ' first.'])
    const said = await Array.fromAsync(saidInVoices(given, voice, (lang) => ({ lang }), ongoing))
    expect(voice.utterances.map(({ options, pieces }) => [options.lang, pieces.join('')])).toEqual([
      ['en', 'See the page '],
      ['ja', '切り替え手順'],
      ['en', ' first.'],
    ])
    const words = said.flatMap((chunk) => chunk.words)
    expect(words.map(({ text }) => text)).toEqual(['See', 'the', 'page', '切り替え', '手順', 'first.'])
    expect(words.map(({ fromMs }) => fromMs)).toEqual([0, 100, 200, 300, 400, 500])
  })

  it('goes on in one voice while the language stays the same', async () => {
    const voice = new FakeTextToSpeech({ wordMs })
    const given = parts(['en', 'One.'], ['en', ' Two.'], ['en', ' Three.'])
    await Array.fromAsync(saidInVoices(given, voice, (lang) => ({ lang }), ongoing))
    expect(voice.utterances.map(({ pieces }) => pieces.join(''))).toEqual(['One. Two. Three.'])
  })

  it('falls silent in every voice at once', async () => {
    const voice = new FakeTextToSpeech({ wordMs })
    const open = new Channel<VoicePart>(Number.POSITIVE_INFINITY)
    await open.send({ lang: 'en', text: 'Wait for ' })
    await open.send({ lang: 'ja', text: '切り替え' })
    const stop = new AbortController()
    const said = saidInVoices(open, voice, (lang) => ({ lang }), stop.signal)
    await said.next()
    stop.abort(new Error('barge-in'))
    await expect(Array.fromAsync(said)).rejects.toThrow('barge-in')
    expect(voice.utterances.every(({ outcome }) => outcome === 'stopped')).toBe(true)
  })

  it('fails as its voice does', async () => {
    const voice = new FakeTextToSpeech({
      before: async (word) => {
        if (word === '切り替え') throw new Error('no such voice')
      },
    })
    const said = saidInVoices(parts(['en', 'Now '], ['ja', '切り替え']), voice, (lang) => ({ lang }), ongoing)
    await expect(Array.fromAsync(said)).rejects.toThrow('no such voice')
  })

  it('is what an answer makes of a page in the other language, and is remembered to the letter', async () => {
    const voice = new FakeTextToSpeech({ wordMs })
    const wiki = [{ title: 'Failover', text: 'Follow 「切り替え手順」 when Sentinel does not fail over Redis.' }]
    const made = fakeParts(wiki, { speech: { toSpeech: voice } })
    const events = await talk(made, ['Redis fail over when Sentinel does not?'], { mode: 'spoken' })
    expect(voice.utterances.map(({ options }) => options.lang)).toEqual(expect.arrayContaining(['en', 'ja']))
    const done = events.find((event) => event.kind === 'done')
    const turn = await made.conversations.turn(done?.kind === 'done' ? done.answer.traceId : '', ongoing)
    expect(turn?.answer).toContain('Follow 「切り替え手順」 when')
  })
})

describe('the voice of each stretch', () => {
  it.each<[string, 'en' | 'ja', [string, string][]]>([
    [
      'Open 監視の設定 and wait.',
      'en',
      [
        ['en', 'Open '],
        ['ja', '監視の設定 '],
        ['en', 'and wait.'],
      ],
    ],
    ['Restart Redis by hand.', 'en', [['en', 'Restart Redis by hand.']]],
    [
      'ログに connection refused by the peer と出ます。',
      'ja',
      [
        ['ja', 'ログに '],
        ['en', 'connection refused by the peer '],
        ['ja', 'と出ます。'],
      ],
    ],
    ['Redis を再起動します。', 'ja', [['ja', 'Redis を再起動します。']]],
    ['`kubectl get pods` を実行します。', 'ja', [['ja', 'kubectl get pods を実行します。']]],
    ['Wait until the primary is back.', 'ja', [['en', 'Wait until the primary is back.']]],
  ])('is the one that can say it: %s', (written, lang, expected) => {
    const said = voiceParts(speakable(written, { lang, lexicon }))
    expect(said.map((part) => [part.lang, part.text])).toEqual(expected)
  })
})
