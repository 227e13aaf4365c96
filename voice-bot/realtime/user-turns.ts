import type { ConversationEvent } from '#conversation/events.ts'
import type { HeardNames } from '#conversation/heard-names.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Item } from '../protocol.ts'
import type { TurnDecision } from '../turn-taking/turn-taking.ts'
import { ItemWords } from './item-words.ts'
import type { Mood } from './mood.ts'
import type { Replies } from './replies.ts'
import type { SentAudio } from './sent-audio.ts'
import type { SessionScope } from './session-parts.ts'
import { answerLangOf, langOf } from './session-settings.ts'
import type { TurnEar } from './turn-ear.ts'

export interface UserTurnsParts extends SessionScope {
  ear: TurnEar
  mood: Mood
  replies: Replies
  /** A turn of the speaker's has been taken in and is to be answered, if that is what the client wants. */
  onTurn: (itemId: string) => void
  /** The words of an item have come, or will never. */
  onHeard: () => void
}

/** A stretch of speech that becomes an item once it is committed. */
interface Speech {
  itemId: string
  /** By the audio's clock. */
  fromMs: number
  /** `speech_started` was sent. */
  isTold: boolean
}

/** Audio that was committed, whose words have not come yet. */
interface Unheard {
  itemId: string
  audioMs: number
  endpointWord: string | undefined
  /** Whoever ended it is sure that somebody spoke. */
  isClear: boolean
  stopWaiting: () => void
}

/** What the last committed speech took, for the latency of its answer. */
export interface LastSaid {
  saidAt: number
  endedAt: number
  heardAt: number
}

/** A recogniser that has not told the last words by then will not. */
const lastWordsMs = 4000
/** An answer isn't kept back longer than that for a sound without words. */
const withheldMs = 1500
/** The protocol wants at least this much audio in a commit. */
export const leastCommitMs = 100

/** The speaker's side of a session: their audio becomes turns, and turns become items with words. */
export class UserTurns {
  readonly #parts: UserTurnsParts
  #speech: Speech | undefined
  readonly #unheard: Unheard[] = []
  readonly #itemWords: ItemWords
  #bufferedFromMs = 0
  #words = ''
  /** Times in a row that nothing was understood. */
  #misheard = 0
  /** What was heard last had no words, and may have been nobody. */
  #wasNoise = false
  #deafCode: string | undefined
  #stopWithholding: (() => void) | undefined
  #lang: Lang
  #said: LastSaid | undefined
  /** Where the speech that was committed last ended; undefined: with its audio. */
  #spokenMs: number | undefined

  constructor(parts: UserTurnsParts) {
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

  get isSpeaking(): boolean {
    return this.#speech !== undefined
  }

  get said(): LastSaid | undefined {
    return this.#said
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

  /** How long the speech in an item is; asked once. */
  takeAudioMs(itemId: string): number {
    return this.#itemWords.takeAudioMs(itemId)
  }

  /** Audio that was taken in and not committed yet. */
  get bufferedMs(): number {
    return this.#parts.ear.clockMs - this.#bufferedFromMs
  }

  isUnheard(itemId: string): boolean {
    return this.#itemWords.isBeingHeard(itemId) || this.#unheard.some((each) => each.itemId === itemId)
  }

  /** What somebody typed has that language. */
  typed(text: string): void {
    this.#lang = detectLang(text, this.#lang)
    this.#misheard = 0
  }

  decide(decision: TurnDecision): void {
    const { replies, playback, parts, inputs, settings } = this.#parts
    switch (decision.kind) {
      case 'speech-started':
        this.#started(decision.atMs)
        // Whether they go on with what they were saying, or only cough, will be known by their words.
        this.#withhold()
        return
      case 'speech-stopped':
        return
      case 'likely-end-of-turn':
        if (settings().audio.input.turn_detection?.create_response === true)
          void inputs.send({ kind: 'likely-speech-end' })
        return
      case 'end-of-turn':
        this.#ended(decision)
        return
      case 'interruption-suspected':
        if (this.#parts.canHold()) playback.hold()
        this.#hold('hold')
        return
      case 'interruption-dismissed':
        playback.goOn()
        this.#hold('go_on')
        this.#drop()
        parts.figures.interruption('dismissed')
        return
      case 'interruption':
        parts.figures.interruption('interrupted')
        this.#started(decision.atMs)
        if (replies.active !== undefined) replies.cancel(replies.active, 'turn_detected')
        else replies.cutOff()
        return
    }
  }

  /** What the conversation heard. */
  hear(
    event: Extract<ConversationEvent, { kind: 'interim' | 'final' | 'hint' | 'heard' | 'deaf' | 'hears-again' }>,
  ): void {
    const { ear, replies } = this.#parts
    switch (event.kind) {
      case 'interim':
      case 'final':
        this.#deafCode = undefined
        this.#words = event.text
        if (this.#speech !== undefined)
          this.#itemWords.tell(this.#speech.itemId, event.text, false, event.names?.corrections)
        // Until the last words of a committed turn are there, words are of that turn, and it is over.
        if (this.#unheard.length > 0) return
        ear.heard({ kind: event.kind, text: event.text, confidence: event.confidence })
        if (replies.isWithheld && this.#speech !== undefined && event.text.trim() !== '') this.#goOnSaying()
        return
      case 'hint':
        ear.heard({ kind: hints[event.hint] })
        return
      case 'heard':
        this.#heard(event)
        return
      case 'deaf':
        this.#deafCode = event.code
        this.#parts.mood.says('speech_recognition_failed', event.text, 'speech_recognition')
        return
      case 'hears-again':
        this.#deafCode = undefined
        this.#parts.mood.saysNothing()
        return
    }
  }

  /** Speech that the client sent whole as a part of an item; its words come when they come. */
  hearSent(itemId: string, audio: SentAudio): void {
    this.#itemWords.hearSent(itemId, audio)
  }

  /** What was committed last will be answered, whatever its last words turn out to be. */
  expectAnswer(): void {
    const spokenMs = this.#spokenMs
    void this.#parts.inputs.send({ kind: 'answer-wanted', ...(spokenMs === undefined ? {} : { spokenMs }) })
  }

  /** The client says that its speaker is done. */
  commit(): void {
    const { ear } = this.#parts
    const now = this.#parts.parts.timing.nowMs()
    this.#said = { saidAt: now, endedAt: now, heardAt: now }
    this.#commit({ spokenMs: undefined, endpointWord: undefined, isClear: true })
    ear.heard({ kind: 'turn-closed' })
    this.#release()
  }

  /** Nobody has said anything for long: the silence since then joins the conversation, as the protocol has it. */
  commitSilence(fromMs: number): void {
    const { items, send, newId, ear } = this.#parts
    const item: Item = {
      id: newId('item'),
      object: 'realtime.item',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: null }],
    }
    const audio_start_ms = Math.round(fromMs)
    const audio_end_ms = Math.round(ear.nowMs)
    this.#bufferedFromMs = ear.clockMs
    send({ type: 'input_audio_buffer.timeout_triggered', item_id: item.id, audio_start_ms, audio_end_ms })
    const previous_item_id = items.add(item)
    send({ type: 'input_audio_buffer.committed', item_id: item.id, previous_item_id })
    send({ type: 'conversation.item.added', previous_item_id, item })
    send({ type: 'conversation.item.done', previous_item_id, item })
  }

  /** What was taken in and not committed is nobody's question. */
  clear(): void {
    this.#bufferedFromMs = this.#parts.ear.clockMs
    this.#stopped(this.#parts.ear.clockMs)
    this.#speech = undefined
    this.#drop()
    this.#parts.ear.heard({ kind: 'turn-closed' })
    this.#parts.send({ type: 'input_audio_buffer.cleared' })
    this.#release()
  }

  close(): void {
    this.#stopWithholding?.()
    for (const { stopWaiting } of this.#unheard) stopWaiting()
    this.#itemWords.close()
  }

  #started(atMs: number): void {
    this.#parts.mood.is('hearing')
    this.#speech ??= { itemId: this.#parts.newId('item'), fromMs: atMs, isTold: false }
    if (this.#speech.isTold) return
    this.#speech.isTold = true
    this.#parts.send({
      type: 'input_audio_buffer.speech_started',
      item_id: this.#speech.itemId,
      audio_start_ms: Math.max(0, Math.round(atMs)),
    })
  }

  #stopped(atMs: number): void {
    const speech = this.#speech
    if (speech?.isTold !== true) return
    speech.isTold = false
    const audio_end_ms = Math.max(0, Math.round(atMs))
    this.#parts.send({ type: 'input_audio_buffer.speech_stopped', item_id: speech.itemId, audio_end_ms })
  }

  #ended({ atMs, silenceMs, outcome, endpointWord, isClear }: Extract<TurnDecision, { kind: 'end-of-turn' }>): void {
    const { replies, ear, parts, mood } = this.#parts
    const spokenMs = atMs - silenceMs
    this.#stopped(spokenMs)
    if (outcome === 'not-speech' || outcome === 'not-addressed') {
      this.#speech = undefined
      this.#bufferedFromMs = ear.clockMs
      this.#drop()
      ear.heard({ kind: 'turn-closed' })
      mood.is(replies.active === undefined ? 'listening' : 'thinking')
      this.#release()
      return
    }
    if (replies.isWithheld) this.#goOnSaying()
    const now = parts.timing.nowMs()
    this.#said = { saidAt: now - silenceMs, endedAt: now, heardAt: now }
    this.#parts.onTurn(this.#commit({ spokenMs, endpointWord, isClear }))
  }

  #withhold(): void {
    const { replies, parts, settings } = this.#parts
    const mayInterrupt = settings().audio.input.turn_detection?.interrupt_response !== false
    if (replies.active === undefined || !mayInterrupt) return
    replies.withhold()
    this.#stopWithholding ??= parts.timing.after(withheldMs, () => this.#release())
  }

  #release(): void {
    this.#stopWithholding?.()
    this.#stopWithholding = undefined
    this.#parts.replies.release()
  }

  /** The answer under way is to half of what they want to say: it is answered together with the rest. */
  #goOnSaying(): void {
    const { active } = this.#parts.replies
    this.#stopWithholding?.()
    this.#stopWithholding = undefined
    if (active === undefined) return
    // What was begun to be heard was an answer; what was not is asked again with the rest.
    active.isHalf = !active.hasBegun
    this.#parts.replies.cancel(active, 'turn_detected')
  }

  /** @returns The item. */
  #commit({
    spokenMs,
    endpointWord,
    isClear,
  }: Pick<Unheard, 'endpointWord' | 'isClear'> & { spokenMs: number | undefined }): string {
    const { items, send, inputs, newId, ear, mood, parts } = this.#parts
    const itemId = this.#speech?.itemId ?? newId('item')
    const audioMs = ear.clockMs - Math.max(this.#bufferedFromMs, this.#speech?.fromMs ?? 0)
    this.#speech = undefined
    this.#bufferedFromMs = ear.clockMs
    this.#spokenMs = spokenMs
    this.#words = ''
    send({ type: 'input_audio_buffer.committed', item_id: itemId, previous_item_id: items.lastId })
    const item: Item = {
      id: itemId,
      object: 'realtime.item',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: null }],
    }
    const previous_item_id = items.add(item)
    send({ type: 'conversation.item.added', previous_item_id, item })
    send({ type: 'conversation.item.done', previous_item_id, item })
    const stopWaiting = parts.timing.after(lastWordsMs, () => {
      if (isClear) this.#deafCode ??= 'speech_recognition_slow'
      this.#heard({ text: this.#words })
    })
    this.#unheard.push({ itemId, audioMs, endpointWord, isClear, stopWaiting })
    mood.is('thinking', 'speech_recognition')
    void inputs.send({ kind: 'speech-end', ...(spokenMs === undefined ? {} : { spokenMs }) })
    return itemId
  }

  #heard({ text, lang, names }: { text: string; lang?: Lang | undefined; names?: HeardNames | undefined }): void {
    const unheard = this.#unheard.shift()
    if (unheard === undefined) return
    const { itemId, audioMs, endpointWord, isClear, stopWaiting } = unheard
    stopWaiting()
    const words = withoutEnd(text, endpointWord)
    // Who has begun to speak again meanwhile is in another turn.
    if (this.#speech === undefined) this.#parts.ear.heard({ kind: 'turn-closed' })
    if (this.#said !== undefined) this.#said.heardAt = this.#parts.parts.timing.nowMs()
    this.#wasNoise = words === '' && !isClear
    if (!this.#wasNoise) this.#misheard = words === '' ? this.#misheard + 1 : 0
    if (words !== '') this.#lang = lang ?? detectLang(words, this.#lang)
    this.#itemWords.known(itemId, words, audioMs, names?.corrections)
    this.#parts.onHeard()
  }

  #drop(): void {
    this.#words = ''
    void this.#parts.inputs.send({ kind: 'drop-heard' })
  }

  #hold(action: 'hold' | 'go_on'): void {
    const { replies, send } = this.#parts
    const response_id = replies.soundingId
    if (response_id !== undefined) send({ type: 'nightdesk.playback', action, response_id })
  }
}

const hints = {
  'likely-end': 'recogniser-likely-end',
  end: 'recogniser-end',
  resumed: 'recogniser-resumed',
} as const

/** The word by which the speaker handed over is no part of what they asked. */
function withoutEnd(text: string, word: string | undefined): string {
  const trimmed = text.trim()
  if (word === undefined) return trimmed
  const bare = trimmed.replace(/[.,!?。、！？\s]+$/u, '')
  if (!bare.toLowerCase().endsWith(word.toLowerCase())) return trimmed
  return bare.slice(0, bare.length - word.length).replace(/[,、\s]+$/u, '')
}
