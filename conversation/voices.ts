import type { Lang } from '#knowledge/document.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { Channel } from './channel.ts'
import { childOf, untilAborted } from './lifetimes.ts'
import type { VoicePart } from './speech/speakable.ts'

/** An utterance that has begun to be made. */
interface Begun {
  first: Promise<IteratorResult<SpokenAudio>>
  audio: AsyncIterator<SpokenAudio>
}

/**
 * Says what comes, each part in the voice of its language, as one stretch of sound: the words' times count from its first
 * sample. A voice begins while the one before is still to be heard out. No text: no audio.
 */
export async function* saidInVoices(
  parts: AsyncIterable<VoicePart>,
  textToSpeech: TextToSpeech,
  optionsFor: (lang: Lang) => SpeakingOptions,
  signal: AbortSignal,
): AsyncGenerator<SpokenAudio> {
  using leaving = childOf(signal)
  const begun = new Channel<Begun>(Number.POSITIVE_INFINITY)
  const say = (text: AsyncIterable<string>, lang: Lang): Begun => {
    const audio = textToSpeech.say(text, optionsFor(lang), leaving.signal)[Symbol.asyncIterator]()
    const first = audio.next()
    // Told to whoever comes to it; until then nobody waits.
    first.catch(() => undefined)
    return { first, audio }
  }
  const cutting = cutByLanguage(parts, (text, lang) => void begun.send(say(text, lang)), leaving.signal).then(
    () => begun.close(),
    (error: unknown) => begun.fail(error),
  )
  try {
    let beforeMs = 0
    for await (const { first, audio } of begun) {
      let ownMs = 0
      for (let next = await first; next.done !== true; next = await audio.next()) {
        const { samples, words } = next.value
        const fromMs = beforeMs
        ownMs += durationMs(samples.length, textToSpeech.sampleRate)
        yield {
          samples,
          words: words.map((word) => ({ ...word, fromMs: word.fromMs + fromMs, toMs: word.toMs + fromMs })),
        }
      }
      beforeMs += ownMs
    }
  } finally {
    leaving.abort(new Error('the speech is over'))
    await cutting
  }
}

/** A text for each stretch of one language, begun with its first part and closed when another language begins. */
async function cutByLanguage(
  parts: AsyncIterable<VoicePart>,
  begin: (text: AsyncIterable<string>, lang: Lang) => void,
  signal: AbortSignal,
): Promise<void> {
  let open: { lang: Lang; text: Channel<string> } | undefined
  try {
    for await (const { lang, text } of untilAborted(parts, signal)) {
      if (open?.lang !== lang) {
        open?.text.close()
        open = { lang, text: new Channel<string>(Number.POSITIVE_INFINITY) }
        // Its first words are there when the voice begins, and are not waited for.
        void open.text.send(text)
        begin(open.text, lang)
      } else void open.text.send(text)
    }
  } finally {
    open?.text.close()
  }
}
