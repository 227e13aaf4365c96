import type { Correction, ServerEvent } from '#voice-bot/protocol.ts'
import type { PlayedItem } from './playback.ts'

/** One line for the eye while something is said. */
export interface Caption {
  who: 'you' | 'nightdesk'
  text: string
  /** It may still change. */
  isInterim: boolean
  corrections: readonly Correction[]
}

interface Sentence {
  responseId: string
  itemId: string
  text: string
  /** As it sounds. */
  spoken: string
  audioStartMs: number
}

/** How long a character takes to say, roughly; Japanese ones are whole syllables. */
const charMs = 65
const syllableMs = 130
/** More than any answer has; what is older was heard long ago. */
const keptSentences = 200

/** Who says what just now: what the listener says as it is understood, and our sentences as they are heard. */
export class Captions {
  #heard: Caption | undefined
  #sentences: Sentence[] = []
  #spoken: Sentence | undefined

  /** The line to show; nothing before anybody said anything. */
  get current(): Caption | undefined {
    if (this.#heard !== undefined) return this.#heard
    if (this.#spoken === undefined) return undefined
    return { who: 'nightdesk', text: this.#spoken.text, isInterim: false, corrections: [] }
  }

  /** What we said of late, to tell our own echo from somebody's words. */
  get lately(): string {
    const at = this.#spoken === undefined ? -1 : this.#sentences.indexOf(this.#spoken)
    return this.#sentences
      .slice(Math.max(0, at - 1), at + 2)
      .map(({ text }) => text)
      .join(' ')
  }

  take(event: ServerEvent): void {
    if (event.type === 'nightdesk.transcript') {
      // What comes too late isn't being said now.
      if (event.text !== '' && event.is_late !== true) this.hear(event.text, event.is_final, event.corrections)
    } else if (event.type === 'nightdesk.caption') {
      const { response_id, item_id, written, text, audio_start_ms } = event
      // What is typed is shown, since it is what one needs; markup is for the page below.
      const shown = plain(written === '' ? text : written)
      const audioStartMs = this.#startOf(item_id, audio_start_ms)
      this.#sentences.push({ responseId: response_id, itemId: item_id, text: shown, spoken: text, audioStartMs })
      if (this.#sentences.length > keptSentences) this.#sentences.shift()
    }
  }

  hear(text: string, isFinal: boolean, corrections: readonly Correction[] = []): void {
    this.#heard = { who: 'you', text, isInterim: !isFinal, corrections }
  }

  /** The sound is there: the sentence that it has reached. */
  playing({ itemId, playedMs }: PlayedItem): void {
    const reached = this.#sentences.findLast((each) => each.itemId === itemId && each.audioStartMs <= playedMs)
    if (reached === undefined) return
    this.#spoken = reached
    this.#heard = undefined
  }

  /** A sentence that was announced before the sound of the one before it was there begins about where that ends. */
  #startOf(itemId: string, announcedMs: number): number {
    const before = this.#sentences.findLast((each) => each.itemId === itemId)
    if (before === undefined || announcedMs > before.audioStartMs) return announcedMs
    const syllables = before.spoken.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu)?.length ?? 0
    return before.audioStartMs + syllables * syllableMs + (before.spoken.length - syllables) * charMs
  }

  forget(): void {
    this.#heard = undefined
    this.#spoken = undefined
    this.#sentences = []
  }
}

/** Without marks of Markdown and without citations. */
function plain(written: string): string {
  return written
    .replaceAll(/\s*\[\d+\]/g, '')
    .replaceAll(/^\s*(?:[-*+]|\d+[.)]|#{1,6}|>)\s+/gm, '')
    .replaceAll(/^\s*(?:```|~~~).*$/gm, '')
    .replaceAll(/(?:\*\*|`)/g, '')
    .trim()
}
