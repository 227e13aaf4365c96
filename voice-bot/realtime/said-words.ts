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
  /** Of its last sentence: where it begins, as far as that is known, and how long it takes, roughly. */
  last: { startMs: number; lengthMs: number }
  /** Its sentences, and those of which it was told where they begin. */
  count: number
  told: number
}

/** A sentence of an item, and where it begins in the item's sound. */
export interface SentenceStart {
  index: number
  startMs: number
}

/** How long a letter takes to say, roughly; Japanese ones are whole syllables. */
const letterMs = 65
const syllableMs = 130

/** Nobody asks for what was heard of older ones. */
const mostItems = 20

/** The words of what we said by the items that they stand in, so that it can be told which of them were heard. */
export class SaidWords {
  readonly #items = new Map<string, ItemWords>()
  /** What is being said, one item after the other, and how much sound of it there was. */
  #speech: { of: number | string; ms: number } = { of: '', ms: 0 }

  /** @returns Where it will begin: after all sound so far or, while some of what comes before it has no sound yet, about there. */
  say(itemId: string, text: string, lang: Lang): SentenceStart {
    const item = this.#of(itemId)
    const { log, last } = item
    const startMs = log.isTimed ? log.audioMs : Math.max(log.audioMs, last.startMs + last.lengthMs)
    log.add(text, asItIs(text, lang), false)
    item.last = { startMs, lengthMs: lengthMs(text) }
    item.count += 1
    return { index: item.count - 1, startMs }
  }

  /**
   * @returns The sentences of which it has become known where they begin.
   * @param of Which speech it belongs to; the times of its words count from the beginning of that.
   */
  play(
    itemId: string,
    { samples, words }: SpokenAudio,
    { sampleRate, of }: { sampleRate: number; of: number | string },
  ): SentenceStart[] {
    const item = this.#of(itemId)
    const isNew = this.#speech.of !== of
    if (isNew) this.#speech = { of, ms: 0 }
    // An item may have sound of another speech before this one.
    if (isNew || item.log.audioMs === 0) item.fromMs = this.#speech.ms - item.log.audioMs
    const own = words.map((word) => ({ ...word, fromMs: word.fromMs - item.fromMs, toMs: word.toMs - item.fromMs }))
    item.log.play({ samples, words: own }, sampleRate)
    this.#speech.ms += durationMs(samples.length, sampleRate)
    const { starts } = item.log
    const begun = starts.slice(item.told).map((startMs, at) => ({ index: item.told + at, startMs }))
    const latest = begun.at(-1)
    if (latest?.index === item.count - 1) item.last = { ...item.last, startMs: latest.startMs }
    item.told = starts.length
    return begun
  }

  /** What was heard of an item by then; undefined: it was never said. */
  heard(itemId: string, ms: number): string | undefined {
    return this.#items.get(itemId)?.log.heard(ms)
  }

  #of(itemId: string): ItemWords {
    const known = this.#items.get(itemId)
    if (known !== undefined) return known
    const begun: ItemWords = {
      log: new SpokenLog(),
      fromMs: 0,
      last: { startMs: 0, lengthMs: 0 },
      count: 0,
      told: 0,
    }
    this.#items.set(itemId, begun)
    for (const oldest of this.#items.keys()) {
      if (this.#items.size <= mostItems) break
      this.#items.delete(oldest)
    }
    return begun
  }
}

function lengthMs(text: string): number {
  const syllables = text.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu)?.length ?? 0
  return syllables * syllableMs + (text.length - syllables) * letterMs
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
