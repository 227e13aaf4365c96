import { durationMs } from '#providers/audio/pcm.ts'
import type { Correction } from '../protocol.ts'
import type { UserContent } from '../protocol-items.ts'
import { type SentAudio, wordsIn } from './sent-audio.ts'
import type { SessionScope } from './session-parts.ts'
import { langOf } from './session-settings.ts'

export interface ItemWordsParts extends SessionScope {
  /** Why nothing can be heard; undefined where it can. */
  deafCode: () => string | undefined
  /** Speech that came whole has been recognised; '' where it could not be. */
  onSent: (words: string) => void
}

/** Speech that was sent whole is recognised faster than it was spoken. */
const longestHearingMs = 60_000

/** The words of the items that were spoken, as the client is told of them. */
export class ItemWords {
  readonly #parts: ItemWordsParts
  /** Items whose speech came whole and is being recognised. */
  readonly #sent = new Map<string, AbortController>()
  /** How long what was said in each item is, until it is answered. */
  readonly #audioMs = new Map<string, number>()

  constructor(parts: ItemWordsParts) {
    this.#parts = parts
  }

  /** How long the speech in an item is; asked once. */
  takeAudioMs(itemId: string): number {
    const audioMs = this.#audioMs.get(itemId) ?? 0
    this.#audioMs.delete(itemId)
    return audioMs
  }

  /** Speech that came whole is being recognised. */
  isBeingHeard(itemId: string): boolean {
    return this.#sent.has(itemId)
  }

  /** Speech that the client sent whole as a part of an item; its words come when they come. */
  hearSent(itemId: string, audio: SentAudio): void {
    const { parts, settings, onSent } = this.#parts
    const toText = parts.conversation.speech?.toText
    const audioMs = durationMs(audio.samples.length, audio.sampleRate)
    if (toText === undefined) {
      this.known(itemId, '', audioMs)
      return
    }
    const abort = new AbortController()
    this.#sent.set(itemId, abort)
    wordsIn(toText, audio, langOf(settings()), AbortSignal.any([abort.signal, AbortSignal.timeout(longestHearingMs)]))
      .catch((err: unknown) => {
        if (!abort.signal.aborted) parts.conversation.log.warn({ err }, 'speech in an item was not recognised')
        return ''
      })
      .then((words) => {
        if (!this.#sent.delete(itemId)) return
        this.known(itemId, words, audioMs)
        onSent(words)
      })
      .catch((err: unknown) => parts.conversation.log.error({ err }, 'speech in an item could not be told'))
  }

  /** What is being said so far, or was. */
  tell(item_id: string, text: string, is_final: boolean, corrections: readonly Correction[] = []): void {
    this.#parts.send({ type: 'nightdesk.transcript', item_id, text, is_final, corrections })
  }

  /** The words of an item are known. */
  known(itemId: string, words: string, audioMs: number, corrections?: readonly Correction[]): void {
    const { items, settings, deafCode } = this.#parts
    const item = items.find(itemId)
    if (item !== undefined) this.#audioMs.set(itemId, audioMs)
    if (item?.type === 'message' && item.role === 'user') {
      const content = item.content.map((part): UserContent => {
        return part.type === 'input_audio' && part.transcript === null ? { ...part, transcript: words } : part
      })
      items.change({ ...item, content })
    }
    const code = words === '' ? deafCode() : undefined
    // Who wants no transcripts gets none; what our own events tell is for whoever knows them.
    if (settings().audio.input.transcription !== null) this.#transcript(itemId, words, audioMs, code)
    if (code === undefined) this.tell(itemId, words, true, corrections)
  }

  /** The words of an item are others than was told. */
  knownLate(itemId: string, words: string, audioMs: number, corrections: readonly Correction[] = []): void {
    const { items, settings, send } = this.#parts
    const item = items.find(itemId)
    if (item?.type !== 'message' || item.role !== 'user') return
    const content = item.content.map((part): UserContent => {
      return part.type === 'input_audio' ? { ...part, transcript: words } : part
    })
    items.change({ ...item, content })
    const event = { item_id: itemId, text: words, is_final: true, is_late: true, corrections } as const
    send({ type: 'nightdesk.transcript', ...event })
    if (settings().audio.input.transcription !== null) this.#completed(itemId, words, audioMs)
  }

  close(): void {
    for (const abort of this.#sent.values()) abort.abort(new Error('the session is over'))
    this.#sent.clear()
  }

  #transcript(item_id: string, transcript: string, audioMs: number, code: string | undefined): void {
    const { send } = this.#parts
    if (code !== undefined) {
      const place = { item_id, content_index: 0 }
      const error = { type: 'server_error', code, message: 'The speech could not be recognised.', param: null }
      send({ type: 'conversation.item.input_audio_transcription.failed', ...place, error })
      return
    }
    if (transcript !== '')
      send({
        type: 'conversation.item.input_audio_transcription.delta',
        item_id,
        content_index: 0,
        delta: transcript,
      })
    this.#completed(item_id, transcript, audioMs)
  }

  #completed(item_id: string, transcript: string, audioMs: number): void {
    this.#parts.send({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id,
      content_index: 0,
      transcript,
      usage: { type: 'duration', seconds: Math.round(audioMs) / 1000 },
    })
  }
}
