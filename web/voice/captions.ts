import type { Correction, ServerEvent } from '#voice-bot/protocol.ts'
import type { Citation } from '../api-types.ts'
import type { PlayedItem } from './playback.ts'

/** One line for the eye while something is said. */
export interface Caption {
  who: 'you' | 'nightdesk'
  text: string
  /** It may still change. */
  isInterim: boolean
  corrections: readonly Correction[]
  /** What our sentence rests on, among all that its answer cites so far. */
  source?: { citation: Citation; citations: readonly Citation[] } | undefined
}

interface Sentence {
  responseId: string
  itemId: string
  text: string
  index: number
  audioStartMs: number
  /** Numbers of citations. */
  restsOn: readonly number[]
}

/** More than any answer has; what is older was heard long ago. */
const keptSentences = 200
/** Answers whose citations are kept. */
const keptAnswers = 20

/** Who says what just now: what the listener says as it is understood, and our sentences as they are heard. */
export class Captions {
  #heard: Caption | undefined
  #sentences: Sentence[] = []
  #spoken: Sentence | undefined
  /** By response, each list whole. */
  readonly #citations = new Map<string, readonly Citation[]>()

  /** The line to show; nothing before anybody said anything. */
  get current(): Caption | undefined {
    if (this.#heard !== undefined) return this.#heard
    if (this.#spoken === undefined) return undefined
    const source = this.#sourceOf(this.#spoken)
    return { who: 'nightdesk', text: this.#spoken.text, isInterim: false, corrections: [], ...(source && { source }) }
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
      const { response_id: responseId, item_id: itemId, written, text, index, audio_start_ms: audioStartMs } = event
      const { citations: restsOn } = event
      // What is typed is shown, since it is what one needs; markup is for the page below.
      const shown = plain(written === '' ? text : written)
      this.#sentences.push({ responseId, itemId, text: shown, index, audioStartMs, restsOn })
      if (this.#sentences.length > keptSentences) this.#sentences.shift()
    } else if (event.type === 'nightdesk.caption_sound') {
      const told = this.#sentences.find((each) => each.itemId === event.item_id && each.index === event.index)
      if (told !== undefined) told.audioStartMs = event.audio_start_ms
    } else if (event.type === 'nightdesk.citations') {
      this.#citations.delete(event.response_id)
      this.#citations.set(event.response_id, event.citations)
      const [oldest] = this.#citations.keys()
      if (this.#citations.size > keptAnswers && oldest !== undefined) this.#citations.delete(oldest)
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

  forget(): void {
    this.#heard = undefined
    this.#spoken = undefined
    this.#sentences = []
    this.#citations.clear()
  }

  /** Of a sentence that rests on nothing, like “say next for the rest”, it's that of the one before. */
  #sourceOf({ responseId, itemId, index }: Sentence): Caption['source'] {
    const citations = this.#citations.get(responseId) ?? []
    const cites = this.#sentences.findLast(
      (each) => each.itemId === itemId && each.index <= index && each.restsOn.length > 0,
    )
    const citation = citations.find(({ n }) => n === cites?.restsOn[0])
    return citation && { citation, citations }
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
