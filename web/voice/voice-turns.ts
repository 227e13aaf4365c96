import type { Correction, ServerEvent } from '#voice-bot/protocol.ts'
import type { Turn } from '../turn-view.ts'

type RealtimeResponse = Extract<ServerEvent, { response: unknown }>['response']

/** Where turns are shown: the thread on the page. */
export interface Thread {
  /** Puts a new turn at the end. */
  begin(question: string): Turn
  /** Something of it changed. */
  show(turn: Turn): void
  /** It will change no more. */
  ended(turn: Turn): void
}

/** Makes of what goes over the wire the turns that one reads: each said once, whatever comes twice or late. */
export class VoiceTurns {
  readonly #thread: Thread
  readonly #byItem = new Map<string, Turn>()
  readonly #byResponse = new Map<string, Turn>()
  /** Said and not answered yet, oldest first. */
  #open: Turn[] = []
  /** The answer that is being made. What it answers may still be understood, in pieces, while it's being made. */
  #active: string | undefined

  constructor(thread: Thread) {
    this.#thread = thread
  }

  /** A question that was typed, or heard by the browser itself. */
  typed(itemId: string, question: string): void {
    this.#open.push(this.#begin(itemId, question, []))
  }

  take(event: ServerEvent): void {
    switch (event.type) {
      case 'nightdesk.transcript':
        if (event.is_late === true) this.#late(event.item_id, event.text, event.corrections)
        else if (event.is_final) this.#heard(event.item_id, event.text, event.corrections)
        break
      case 'conversation.item.input_audio_transcription.completed':
        if (!this.#byItem.has(event.item_id)) this.#heard(event.item_id, event.transcript, [])
        break
      case 'response.created':
        this.#answering(event.response.id)
        break
      case 'nightdesk.caption':
        if (!event.filler)
          this.#change(event.response_id, (turn) => {
            turn.text += joined(turn.text, event.written)
          })
        break
      case 'response.output_text.delta':
        this.#change(event.response_id, (turn) => (turn.text += event.delta))
        break
      case 'nightdesk.citations':
        this.#change(event.response_id, (turn) => (turn.citations = [...event.citations]))
        break
      case 'nightdesk.notice':
        if (event.response_id !== null) {
          this.#change(event.response_id, (turn) => (turn.notices = [...(turn.notices ?? []), event.text]))
        }
        break
      case 'nightdesk.metrics':
        this.#change(event.response_id, (turn) => {
          turn.latency = { stagesMs: event.stages_ms, totalMs: event.total_ms }
        })
        break
      case 'nightdesk.answer':
        this.#change(event.response_id, (turn) => {
          turn.answer = event.answer
          turn.citations = event.answer.citations
        })
        break
      case 'response.done':
        this.#done(event.response)
        break
    }
  }

  /** The session is gone, and the answers that were being made with it. */
  brokeOff(): void {
    for (const turn of this.#byResponse.values()) {
      turn.failure = { kind: 'broken-off' }
      this.#end(turn, 'interrupted')
    }
    this.#byResponse.clear()
    this.#active = undefined
  }

  /** Nothing that comes now belongs to what was shown so far. */
  forget(): void {
    this.#byItem.clear()
    this.#byResponse.clear()
    this.#open = []
    this.#active = undefined
  }

  #heard(itemId: string, text: string, corrections: readonly Correction[]): void {
    const turn = this.#byItem.get(itemId)
    if (turn === undefined) {
      if (text.trim() !== '') this.#joins(this.#begin(itemId, text, corrections))
      return
    }
    turn.question = text
    turn.corrections = corrections
    this.#thread.show(turn)
  }

  /** It was answered without these words, and no other answer is to them. */
  #late(itemId: string, text: string, corrections: readonly Correction[]): void {
    if (this.#byItem.has(itemId)) this.#heard(itemId, text, corrections)
    else this.#end(this.#begin(itemId, text, corrections), 'interrupted')
  }

  #begin(itemId: string, question: string, corrections: readonly Correction[]): Turn {
    const turn = this.#thread.begin(question)
    turn.corrections = corrections
    this.#byItem.set(itemId, turn)
    this.#thread.show(turn)
    return turn
  }

  /** What is understood while an answer is made that has no words yet belongs to what it answers. */
  #joins(turn: Turn): void {
    const active = this.#active
    const before = active === undefined ? undefined : this.#byResponse.get(active)
    if (active === undefined || (before !== undefined && before.text !== '')) {
      this.#open.push(turn)
      return
    }
    if (before !== undefined) this.#open.push(before)
    this.#open.push(turn)
    this.#answering(active)
  }

  /** All that was said before one answer is answered by it; it stands under the last. */
  #answering(responseId: string): void {
    this.#active = responseId
    const turn = this.#open.pop()
    if (turn === undefined) return
    for (const earlier of this.#open.splice(0)) this.#end(earlier, 'joined')
    this.#byResponse.set(responseId, turn)
  }

  #done(response: RealtimeResponse): void {
    if (this.#active === response.id) this.#active = undefined
    const turn = this.#byResponse.get(response.id)
    if (turn === undefined) return
    this.#byResponse.delete(response.id)
    if (response.status === 'failed') {
      const detail = response.status_details?.error?.message ?? ''
      turn.failure = detail === '' ? { kind: 'broken-off' } : { kind: 'refused', detail }
    }
    if (response.status !== 'cancelled') this.#end(turn, 'whole')
    else if (turn.text !== '') this.#end(turn, 'interrupted')
    // The speaker simply went on: it's answered together with what comes.
    else if (response.status_details?.reason === 'turn_detected') this.#open.push(turn)
    else {
      turn.failure = { kind: 'stopped' }
      this.#end(turn, 'interrupted')
    }
  }

  #end(turn: Turn, end: NonNullable<Turn['end']>): void {
    turn.end = end
    this.#thread.show(turn)
    this.#thread.ended(turn)
  }

  #change(responseId: string, change: (turn: Turn) => void): void {
    const turn = this.#byResponse.get(responseId)
    if (turn === undefined) return
    change(turn)
    this.#thread.show(turn)
  }
}

/** Sentences stand beside each other, blocks (lists, code) below. */
function joined(before: string, added: string): string {
  if (before === '' || /\s$/.test(before)) return added
  const isBlock = /^(?:[-*+] |\d+[.)] |```|~~~|\||#{1,6} |>)/.test(added) || /(?:```|~~~)$/.test(before)
  if (isBlock) return `\n\n${added}`
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、！？]$/u.test(before) ? added : ` ${added}`
}
