import type { Speakable } from '#conversation/speech/speakable.ts'
import { SpokenLog } from '#conversation/spoken-log.ts'
import type { Lang } from '#knowledge/document.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'

/** The words of one item. */
interface ItemWords {
  log: SpokenLog
  /** Where its sound begins in that of its speech. */
  fromMs: number
}

/** Nobody asks for what was heard of older ones. */
const mostItems = 20

/** The words of what we said by the items that they stand in, so that it can be told which of them were heard. */
export class SaidWords {
  readonly #items = new Map<string, ItemWords>()
  /** What is being said, one item after the other, and how much sound of it there was. */
  #speech: { of: number | string; ms: number } = { of: '', ms: 0 }

  say(itemId: string, text: string, lang: Lang): void {
    this.#of(itemId).log.add(text, asItIs(text, lang), false)
  }

  /** @param of Which speech it belongs to; the times of its words count from the beginning of that. */
  play(
    itemId: string,
    { samples, words }: SpokenAudio,
    { sampleRate, of }: { sampleRate: number; of: number | string },
  ): void {
    if (this.#speech.of !== of) this.#speech = { of, ms: 0 }
    const item = this.#of(itemId)
    if (item.log.audioMs === 0) item.fromMs = this.#speech.ms
    const own = words.map((word) => ({ ...word, fromMs: word.fromMs - item.fromMs, toMs: word.toMs - item.fromMs }))
    item.log.play({ samples, words: own }, sampleRate)
    this.#speech.ms += durationMs(samples.length, sampleRate)
  }

  /** What was heard of an item by then; undefined: it was never said. */
  heard(itemId: string, ms: number): string | undefined {
    return this.#items.get(itemId)?.log.heard(ms)
  }

  #of(itemId: string): ItemWords {
    const known = this.#items.get(itemId)
    if (known !== undefined) return known
    const begun: ItemWords = { log: new SpokenLog(), fromMs: 0 }
    this.#items.set(itemId, begun)
    for (const oldest of this.#items.keys()) {
      if (this.#items.size <= mostItems) break
      this.#items.delete(oldest)
    }
    return begun
  }
}

/** What is said letter by letter as it stands there. */
function asItIs(text: string, lang: Lang): Speakable {
  let to = 0
  const spans = (text.match(lang === 'ja' ? /[A-Za-z0-9]+|[\s\S]/gu : /\s+|\S+/gu) ?? []).map((spoken) => {
    const from = to
    to += spoken.length
    return { from, to, spoken, lang }
  })
  return { lang, text, spans, shown: [] }
}
