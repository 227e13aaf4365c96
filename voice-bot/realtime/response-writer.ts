import { textSize } from '#knowledge/language.ts'
import type { ServerEventBody } from '../protocol.ts'
import type { Item, ItemStatus, RealtimeResponse, StatusDetails, Usage } from '../protocol-items.ts'
import type { AudioFormat, OutputModality } from '../protocol-session.ts'
import { AudioWriter } from './audio-codec.ts'
import { outTokenMs, soundFor, textTokens, wordTokensOf } from './output-limit.ts'

export interface ResponseOptions {
  id: string
  /** null: beside the conversation. */
  conversationId: string | null
  modality: OutputModality
  format: AudioFormat
  voice: string
  maxOutputTokens: number | 'inf'
  metadata: Readonly<Record<string, string>> | null
}

export interface ResponseParts {
  send: (body: ServerEventBody) => void
  sendJson: (json: string) => void
  newId: (prefix: string) => string
  /** An item of the response joins the conversation. @returns The item before it. */
  addItem: (item: Item) => string | null
  changeItem: (item: Item) => void
}

interface OpenMessage {
  id: string
  text: string
  previousId: string | null
}

/** Writes the events of one response in the order that the protocol documents. Nothing is written after its end. */
export class ResponseWriter {
  readonly options: ResponseOptions
  readonly #parts: ResponseParts
  readonly #audio: AudioWriter
  readonly #output: Item[] = []
  #message: OpenMessage | undefined
  #audioMs = 0
  #textChars = 0
  /** Of words that are said aloud. */
  #spokenChars = 0
  #isDone = false
  /** All of it was given out. */
  #isWhole = false
  #inputTokens = 0
  #inputAudioMs = 0

  constructor(options: ResponseOptions, parts: ResponseParts) {
    this.options = options
    this.#parts = parts
    this.#audio = new AudioWriter(options.format)
    parts.send({ type: 'response.created', response: this.#response('in_progress', null) })
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** The message that is being written; begun where there is none. */
  get itemId(): string {
    return this.#open().id
  }

  /** The message that was written last, or is still. */
  get lastItemId(): string | undefined {
    return this.#message?.id ?? this.#output.findLast((item) => item.type === 'message')?.id
  }

  /** Tokens that it may still have. */
  get tokensLeft(): number {
    const { maxOutputTokens } = this.options
    const { audioOut, textOut } = this.#tokensOut()
    return maxOutputTokens === 'inf' ? Number.POSITIVE_INFINITY : maxOutputTokens - audioOut - textOut
  }

  /** The same, of sound alone: its words are of the same length as it is. */
  get soundTokensLeft(): number {
    const { maxOutputTokens } = this.options
    if (maxOutputTokens === 'inf') return Number.POSITIVE_INFINITY
    const most = maxOutputTokens - textTokens(this.#textChars)
    return soundFor(most, textTokens(this.#spokenChars)) - this.#audioTokens
  }

  /** All items of it that are whole. */
  get itemIds(): string[] {
    return this.#output.map(({ id }) => id)
  }

  /** A piece of written text. */
  text(delta: string): void {
    if (this.#isDone || delta === '') return
    const message = this.#open()
    message.text += delta
    this.#textChars += textSize(delta)
    this.#parts.send({ type: 'response.output_text.delta', ...this.#place(message), delta })
  }

  /** Words that are about to be heard. */
  transcript(delta: string): void {
    if (this.#isDone || delta === '') return
    const message = this.#open()
    const joint = message.text === '' || /[。！？」]$/.test(message.text) ? '' : ' '
    message.text += joint + delta
    this.#spokenChars += textSize(delta)
    this.#parts.send({ type: 'response.output_audio_transcript.delta', ...this.#place(message), delta: joint + delta })
  }

  /** Sound to be sent as events. */
  audio(samples: Int16Array, sampleRate: number): void {
    if (this.#isDone || samples.length === 0) return
    const message = this.#open()
    const delta = this.#audio.write(samples, sampleRate)
    this.counted(samples, sampleRate)
    // Written out by hand: there is nothing in it to be escaped, and much to be looked through.
    this.#parts.sendJson(
      `{"type":"response.output_audio.delta","response_id":"${this.options.id}","item_id":"${message.id}","output_index":${this.#output.length},"content_index":0,"delta":"${delta}"}`,
    )
  }

  /** Sound that goes by a track of its own. */
  counted(samples: Int16Array, sampleRate: number): void {
    this.#audioMs += (samples.length * 1000) / sampleRate
  }

  /** What is to be run at the client. */
  functionCall({ callId, name, json }: { callId: string; name: string; json: string }): void {
    if (this.#isDone) return
    this.#closeMessage('completed')
    this.#textChars += textSize(name) + textSize(json)
    const id = this.#parts.newId('item')
    const call = { id, object: 'realtime.item', type: 'function_call', call_id: callId, name } as const
    const place = { response_id: this.options.id, item_id: id, output_index: this.#output.length, call_id: callId }
    const begun: Item = { ...call, status: 'in_progress', arguments: '' }
    const previous_item_id = this.#added(begun)
    this.#parts.send({ type: 'response.function_call_arguments.delta', ...place, delta: json })
    this.#parts.send({ type: 'response.function_call_arguments.done', ...place, name, arguments: json })
    this.#closed({ ...call, status: 'completed', arguments: json }, previous_item_id)
  }

  /** What it was made from. */
  from({ promptTokens, audioMs }: { promptTokens: number; audioMs: number }): void {
    this.#inputTokens += promptTokens
    this.#inputAudioMs += audioMs
  }

  /** Only so much of what is being said was heard, and no more of it will be. */
  cut(heard: string): void {
    if (this.#message !== undefined) this.#message.text = heard
  }

  end(details: StatusDetails): void {
    if (this.#isDone) return
    this.#closeMessage(details.type === 'completed' ? 'completed' : 'incomplete')
    this.#isDone = true
    this.#isWhole = details.type === 'completed'
    this.#parts.send({ type: 'response.done', response: this.#response(details.type, details) })
  }

  #open(): OpenMessage {
    if (this.#message !== undefined) return this.#message
    const id = this.#parts.newId('item')
    const previousId = this.#added({
      id,
      object: 'realtime.item',
      type: 'message',
      role: 'assistant',
      status: 'in_progress',
      content: [],
    })
    const message: OpenMessage = { id, text: '', previousId }
    this.#message = message
    this.#parts.send({ type: 'response.content_part.added', ...this.#place(message), part: this.#part('') })
    return message
  }

  #closeMessage(status: ItemStatus): void {
    const message = this.#message
    if (message === undefined) return
    const place = this.#place(message)
    if (this.options.modality === 'audio') {
      this.#parts.send({ type: 'response.output_audio.done', ...place })
      this.#parts.send({ type: 'response.output_audio_transcript.done', ...place, transcript: message.text })
    } else this.#parts.send({ type: 'response.output_text.done', ...place, text: message.text })
    this.#parts.send({ type: 'response.content_part.done', ...place, part: this.#part(message.text) })
    this.#message = undefined
    const content =
      this.options.modality === 'audio'
        ? { type: 'output_audio' as const, transcript: message.text }
        : { type: 'output_text' as const, text: message.text }
    this.#closed(
      { id: message.id, object: 'realtime.item', type: 'message', role: 'assistant', status, content: [content] },
      message.previousId,
    )
  }

  #added(item: Item): string | null {
    const output_index = this.#output.length
    this.#parts.send({ type: 'response.output_item.added', response_id: this.options.id, output_index, item })
    const previous_item_id = this.#parts.addItem(item)
    if (this.options.conversationId !== null)
      this.#parts.send({ type: 'conversation.item.added', previous_item_id, item })
    return previous_item_id
  }

  #closed(item: Item, previous_item_id: string | null): void {
    const output_index = this.#output.length
    this.#output.push(item)
    this.#parts.changeItem(item)
    if (this.options.conversationId !== null)
      this.#parts.send({ type: 'conversation.item.done', previous_item_id, item })
    this.#parts.send({ type: 'response.output_item.done', response_id: this.options.id, output_index, item })
  }

  #place({ id }: OpenMessage) {
    return { response_id: this.options.id, item_id: id, output_index: this.#output.length, content_index: 0 }
  }

  #part(text: string) {
    return this.options.modality === 'audio'
      ? { type: 'audio' as const, transcript: text }
      : { type: 'text' as const, text }
  }

  #response(status: RealtimeResponse['status'], status_details: StatusDetails | null): RealtimeResponse {
    const { id, conversationId, modality, format, voice, maxOutputTokens, metadata } = this.options
    return {
      object: 'realtime.response',
      id,
      status,
      status_details,
      output: this.#output,
      conversation_id: conversationId,
      output_modalities: [modality],
      max_output_tokens: maxOutputTokens,
      audio: { output: { format, voice } },
      metadata,
      usage: status === 'in_progress' ? null : this.#usage(),
    }
  }

  get #audioTokens(): number {
    return Math.round(this.#audioMs / outTokenMs)
  }

  /** Words are told before they are heard: until the end as many count as there is sound for. */
  #tokensOut(): { audioOut: number; textOut: number } {
    const { maxOutputTokens } = this.options
    const audioOut = this.#audioTokens
    const written = textTokens(this.#textChars)
    const most = maxOutputTokens === 'inf' ? Number.POSITIVE_INFINITY : maxOutputTokens - audioOut - written
    const spoken = Math.min(textTokens(this.#spokenChars), this.#isWhole ? most : wordTokensOf(audioOut))
    return { audioOut, textOut: written + spoken }
  }

  #usage(): Usage {
    const audioIn = Math.round(this.#inputAudioMs / 100)
    const { audioOut, textOut } = this.#tokensOut()
    const input_tokens = this.#inputTokens + audioIn
    const output_tokens = audioOut + textOut
    return {
      total_tokens: input_tokens + output_tokens,
      input_tokens,
      output_tokens,
      input_token_details: {
        text_tokens: this.#inputTokens,
        audio_tokens: audioIn,
        image_tokens: 0,
        cached_tokens: 0,
      },
      output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
    }
  }
}
