import type { Item } from '../protocol-items.ts'
import type { SessionScope } from './session-parts.ts'
import type { TurnEar } from './turn-ear.ts'

export interface InputBufferParts extends Pick<SessionScope, 'items' | 'send' | 'newId'> {
  ear: TurnEar
}

/** A stretch of speech that becomes an item once it is committed. */
interface Speech {
  itemId: string
  /** By the audio's clock. */
  fromMs: number
  /** `speech_started` was sent. */
  isTold: boolean
}

/** The audio that came in and was not committed yet, the speech in it, and what the protocol tells of both. */
export class InputBuffer {
  readonly #parts: InputBufferParts
  #speech: Speech | undefined
  #fromMs = 0

  constructor(parts: InputBufferParts) {
    this.#parts = parts
  }

  get isSpeaking(): boolean {
    return this.#speech !== undefined
  }

  /** What is being said will be the item of that id. */
  get speechId(): string | undefined {
    return this.#speech?.itemId
  }

  /** How much there is. */
  get lengthMs(): number {
    return this.#parts.ear.clockMs - this.#fromMs
  }

  /** Somebody speaks. */
  speechStarted(atMs: number): void {
    this.#speech ??= { itemId: this.#parts.newId('item'), fromMs: atMs, isTold: false }
    if (this.#speech.isTold) return
    this.#speech.isTold = true
    this.#parts.send({
      type: 'input_audio_buffer.speech_started',
      item_id: this.#speech.itemId,
      audio_start_ms: Math.max(0, Math.round(atMs)),
    })
  }

  /** They have fallen silent. */
  speechStopped(atMs: number): void {
    const speech = this.#speech
    if (speech?.isTold !== true) return
    speech.isTold = false
    const audio_end_ms = Math.max(0, Math.round(atMs))
    this.#parts.send({ type: 'input_audio_buffer.speech_stopped', item_id: speech.itemId, audio_end_ms })
  }

  /** It is nobody's question. */
  forget(): void {
    this.#speech = undefined
    this.#fromMs = this.#parts.ear.clockMs
  }

  /** It joins the conversation. @returns The item, where the speech in it began if it was noticed, and how long it is. */
  commit(): { itemId: string; fromMs: number | undefined; audioMs: number } {
    const { items, send, newId, ear } = this.#parts
    const { itemId = newId('item'), fromMs } = this.#speech ?? {}
    const audioMs = ear.clockMs - Math.max(this.#fromMs, fromMs ?? 0)
    this.forget()
    send({ type: 'input_audio_buffer.committed', item_id: itemId, previous_item_id: items.lastId })
    const item = spokenItem(itemId)
    this.#tellAdded(item, items.add(item))
    return { itemId, fromMs, audioMs }
  }

  /** Nobody has said anything for long: the silence since then joins the conversation, as the protocol has it. */
  commitSilence(fromMs: number): void {
    const { items, send, newId, ear } = this.#parts
    const item = spokenItem(newId('item'))
    const audio_start_ms = Math.round(fromMs)
    const audio_end_ms = Math.round(ear.nowMs)
    this.#fromMs = ear.clockMs
    send({ type: 'input_audio_buffer.timeout_triggered', item_id: item.id, audio_start_ms, audio_end_ms })
    const previous_item_id = items.add(item)
    send({ type: 'input_audio_buffer.committed', item_id: item.id, previous_item_id })
    this.#tellAdded(item, previous_item_id)
  }

  #tellAdded(item: Item, previous_item_id: string | null): void {
    const { send } = this.#parts
    send({ type: 'conversation.item.added', previous_item_id, item })
    send({ type: 'conversation.item.done', previous_item_id, item })
  }
}

/** Its words come later. */
function spokenItem(id: string): Item {
  return {
    id,
    object: 'realtime.item',
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript: null }],
  }
}
