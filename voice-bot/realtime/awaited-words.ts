import type { HeardNames } from '#conversation/heard-names.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Correction } from '../protocol.ts'
import { ItemWords } from './item-words.ts'
import type { SentAudio } from './sent-audio.ts'
import type { SessionScope } from './session-parts.ts'
import { answerLangOf, langOf } from './session-settings.ts'

export interface AwaitedWordsParts extends SessionScope {
  /** The words of an item have come, or will never. */
  onHeard: () => void
}

/** Audio that was committed, whose words have not come yet. */
export interface Unheard {
  itemId: string
  audioMs: number
  endpointWord: string | undefined
  /** Whoever ended it is sure that somebody spoke. */
  isClear: boolean
}

/** What was heard of a turn; '' where nothing was. */
export interface HeardWords {
  text: string
  lang?: Lang | undefined
  names?: HeardNames | undefined
}

/** The last words are waited for so long. */
const lastWordsMs = 4000
/** Words that come later are told of so many turns, the last ones. */
const mostGivenUp = 20

interface Waiting extends Unheard {
  /** What was heard of it so far. */
  words: string
  stopWaiting: () => void
}

/** The words of what the speaker said: waited for from the end of each turn on, and what they tell of the speaker. */
export class AwaitedWords {
  readonly #parts: AwaitedWordsParts
  #unheard: Waiting[] = []
  /** Turns whose last words were waited for in vain. */
  #givenUp: Waiting[] = []
  readonly #itemWords: ItemWords
  /** Of what is being said, so far. */
  #words = ''
  /** Times in a row that nothing was understood. */
  #misheard = 0
  /** What was heard last had no words, and may have been nobody. */
  #wasNoise = false
  #deafCode: string | undefined
  #lang: Lang

  constructor(parts: AwaitedWordsParts) {
    this.#parts = parts
    this.#itemWords = new ItemWords({
      ...parts,
      deafCode: () => this.deafCode,
      onSent: (words) => {
        if (words !== '') this.typed(words)
        parts.onHeard()
      },
    })
    const lang = langOf(parts.settings())
    this.#lang = lang === 'auto' ? 'en' : lang
  }

  /** The language that was spoken last. */
  get lang(): Lang {
    const lang = answerLangOf(this.#parts.settings())
    return lang === 'auto' ? this.#lang : lang
  }

  get misheard(): number {
    return this.#misheard
  }

  /** Nothing was said that was to be understood; nobody wants to hear of it. */
  get wasNoise(): boolean {
    return this.#wasNoise
  }

  /** Why nothing can be heard; undefined where it can. */
  get deafCode(): string | undefined {
    return this.#parts.parts.conversation.speech?.toText === undefined ? 'no_speech_recognition' : this.#deafCode
  }

  /** Turns that are over are waited for: what is heard now is of them. */
  get areOwed(): boolean {
    return this.#unheard.length > 0
  }

  isUnheard(itemId: string): boolean {
    return this.#itemWords.isBeingHeard(itemId) || this.#unheard.some((each) => each.itemId === itemId)
  }

  /** How long the speech in an item is; asked once. */
  takeAudioMs(itemId: string): number {
    return this.#itemWords.takeAudioMs(itemId)
  }

  /** What somebody typed has that language. */
  typed(text: string): void {
    this.#lang = detectLang(text, this.#lang)
    this.#misheard = 0
  }

  /** Speech that the client sent whole as a part of an item; its words come when they come. */
  hearSent(itemId: string, audio: SentAudio): void {
    this.#itemWords.hearSent(itemId, audio)
  }

  /** What is being said, so far. @param itemId What it will be; undefined: nobody speaks. */
  sayingNow(itemId: string | undefined, text: string, corrections: readonly Correction[] | undefined): void {
    this.#deafCode = undefined
    this.#words = text
    if (itemId !== undefined) this.#itemWords.tell(itemId, text, false, corrections)
  }

  /** More of a turn that is over. @param itemId Absent: nobody knows of which. */
  stillHeard(itemId: string | undefined, text: string): void {
    this.#deafCode = undefined
    const waiting = this.#unheard.find((each) => each.itemId === itemId)
    if (waiting !== undefined) waiting.words = text
  }

  /** What was said so far is nobody's question. */
  drop(): void {
    this.#words = ''
  }

  /** The recogniser has failed. */
  deaf(code: string): void {
    this.#deafCode = code
  }

  /** It is there again. */
  hearsAgain(): void {
    this.#deafCode = undefined
  }

  /** A turn is over. @param onLate Its last words don't come in time: what was heard so far is all there is. */
  expect(unheard: Unheard, onLate: (unheard: Unheard, heard: HeardWords) => void): void {
    const stopWaiting = this.#parts.parts.timing.after(lastWordsMs, () => {
      if (unheard.isClear) this.#deafCode ??= 'speech_recognition_slow'
      this.#unheard = this.#unheard.filter((each) => each !== waiting)
      this.#givenUp = [...this.#givenUp, waiting].slice(-mostGivenUp)
      onLate(unheard, { text: waiting.words })
    })
    const waiting: Waiting = { ...unheard, words: this.#words, stopWaiting }
    this.#unheard.push(waiting)
    this.#words = ''
  }

  /** A turn waits no more; undefined: it doesn't wait. @param itemId Absent: the one that has waited for longest. */
  takeAwaited(itemId: string | undefined): Unheard | undefined {
    const taken = itemId === undefined ? this.#unheard[0] : this.#unheard.find((each) => each.itemId === itemId)
    this.#unheard = this.#unheard.filter((each) => each !== taken)
    taken?.stopWaiting()
    return taken
  }

  /** These are the words of a turn that was given up on: it was answered without them, and they are nobody's question. */
  knownLate(itemId: string, { text, names }: HeardWords): void {
    const late = this.#givenUp.find((each) => each.itemId === itemId)
    this.#givenUp = this.#givenUp.filter((each) => each !== late)
    const words = late === undefined ? '' : withoutEnd(text, late.endpointWord)
    if (late === undefined || words === '' || words === withoutEnd(late.words, late.endpointWord)) return
    this.#itemWords.knownLate(itemId, words, late.audioMs, names?.corrections)
  }

  /** These are the words of a turn. */
  known({ itemId, audioMs, endpointWord, isClear }: Unheard, { text, lang, names }: HeardWords): void {
    const words = withoutEnd(text, endpointWord)
    this.#wasNoise = words === '' && !isClear
    if (!this.#wasNoise) this.#misheard = words === '' ? this.#misheard + 1 : 0
    if (words !== '') this.#lang = lang ?? detectLang(words, this.#lang)
    this.#itemWords.known(itemId, words, audioMs, names?.corrections)
  }

  close(): void {
    for (const { stopWaiting } of this.#unheard) stopWaiting()
    this.#itemWords.close()
  }
}

/** The word by which the speaker handed over is no part of what they asked. */
function withoutEnd(text: string, word: string | undefined): string {
  const trimmed = text.trim()
  if (word === undefined) return trimmed
  const bare = trimmed.replace(/[.,!?。、！？\s]+$/u, '')
  if (!bare.toLowerCase().endsWith(word.toLowerCase())) return trimmed
  return bare.slice(0, bare.length - word.length).replace(/[,、\s]+$/u, '')
}
