import type { ConversationEvent } from '#conversation/events.ts'
import type { Lang } from '#knowledge/document.ts'
import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'
import type { StatusDetails, WaitingFor } from '../protocol.ts'
import { GatheredSound } from './gathered-sound.ts'
import { hasAudio } from './item-content.ts'
import type { Mood } from './mood.ts'
import { soundWithin, textWithin } from './output-limit.ts'
import { type Marks, type Reply, stagesOf } from './reply.ts'
import { type WrittenOptions, writerOf } from './response-writers.ts'
import { SaidWords } from './said-words.ts'
import type { SessionScope } from './session-parts.ts'

export interface RepliesParts extends SessionScope {
  mood: Mood
  /** Words of ours can be heard from now on; all of them so far. */
  onWords: (words: string) => void
  /** A reply is over, however it ended. */
  onEnd: (reply: Reply) => void
}

export interface ReplyOptions extends WrittenOptions {
  itemIds: readonly string[]
  marks: Marks
  lang: Lang
}

type TurnEventOf<Kind extends ConversationEvent['kind']> = Extract<ConversationEvent, { kind: Kind; turn: number }>

const waitsFor: Readonly<Record<TurnEventOf<'status'>['stage'], WaitingFor>> = {
  searching: 'documents',
  reading: 'documents',
  writing: 'model',
  checking: 'model',
}

/** Writes what a conversation gives out as responses, one at a time, and falls silent at once when told to. */
export class Replies {
  readonly #parts: RepliesParts
  #active: Reply | undefined
  /** The one that was heard last, and may be heard still. */
  #last: Reply | undefined
  /** Asked of the conversation, which has not taken them up yet. */
  readonly #asked: Reply[] = []
  /** By their turn; a turn that calls a tool of the client has one after the other. */
  readonly #byTurn = new Map<number, Reply>()
  /** A turn that waits for its client's tools, and what it has said since. */
  #atClient: { turn: number; events: ConversationEvent[] } | undefined
  #hasSpoken = false
  readonly #sound: GatheredSound
  /** Whose sound is given out. */
  #sounding: Reply | undefined
  readonly #said = new SaidWords()

  constructor(parts: RepliesParts) {
    this.#parts = parts
    this.#sound = new GatheredSound({
      timing: parts.parts.timing,
      leadMs: () => parts.playback.leadMs,
      send: (samples, sampleRate) => this.#play(samples, sampleRate),
    })
  }

  get active(): Reply | undefined {
    return this.#active
  }

  /** Whether the voice was heard already. */
  get hasSpoken(): boolean {
    return this.#hasSpoken
  }

  /** The response whose sound can be heard now. */
  get soundingId(): string | undefined {
    if (this.#active?.hasBegun === true) return this.#active.writer.options.id
    return this.#parts.playback.isPlaying ? this.#last?.writer.options.id : undefined
  }

  get waitsForClient(): boolean {
    return this.#atClient !== undefined
  }

  begin(options: ReplyOptions): Reply {
    const { modality, itemIds, marks, lang } = options
    const writer = writerOf(this.#parts, options)
    const reply: Reply = {
      writer,
      mode: modality === 'audio' ? 'spoken' : 'text',
      itemIds,
      marks,
      given: undefined,
      history: undefined,
      clientTools: undefined,
      instructions: undefined,
      turn: undefined,
      lang,
      hasBegun: false,
      sounded: undefined,
      isCancelled: false,
      isHalf: false,
      isAsked: false,
      held: undefined,
      citations: [],
      words: '',
      own: undefined,
    }
    this.#active = reply
    return reply
  }

  /** The conversation was asked for it. */
  asked(reply: Reply): void {
    this.#asked.push(reply)
    this.#parts.mood.is('thinking')
  }

  /** Goes on with the turn that called a tool of the client's. */
  goOn(reply: Reply): void {
    const waiting = this.#atClient
    if (waiting === undefined) return
    this.#atClient = undefined
    reply.turn = waiting.turn
    this.#byTurn.set(waiting.turn, reply)
    this.#parts.mood.is('thinking', 'tool')
    for (const event of waiting.events) this.#write(reply, event)
  }

  /** What a tool of the client's gave. */
  toolResult(callId: string, text: string): void {
    void this.#parts.inputs.send({ kind: 'tool-result', callId, text })
  }

  /** The tools of the client are waited for no longer. */
  giveUpClient(): void {
    const waiting = this.#atClient
    this.#atClient = undefined
    if (waiting !== undefined) void this.#parts.inputs.send({ kind: 'interruption', turn: waiting.turn })
  }

  /** What the conversation gave out. */
  take(event: ConversationEvent): void {
    if (event.kind === 'turn') this.#bind(event)
    const reply = this.#byTurn.get(event.turn)
    if (event.kind === 'interrupted' || event.kind === 'revised') {
      const itemId = reply?.writer.lastItemId
      // Of what was said aloud it is known already, word by word.
      if (itemId !== undefined && reply?.mode === 'text') this.#parts.items.cut(itemId, event.heard)
    }
    if (this.#atClient?.turn === event.turn) this.#atClient.events.push(event)
    else if (reply === undefined) this.#between(event)
    else if (reply.isCancelled) return
    else if (reply.held !== undefined) reply.held.push(event)
    else this.#write(reply, event)
  }

  /** It may not be heard until it is known whether the speaker has really finished. */
  withhold(): void {
    const reply = this.#active
    if (reply !== undefined) reply.held ??= []
  }

  /** The speaker had finished. */
  release(): void {
    const reply = this.#active
    const held = reply?.held
    if (reply === undefined || held === undefined) return
    reply.held = undefined
    for (const event of held) this.#write(reply, event)
  }

  get isWithheld(): boolean {
    return this.#active?.held !== undefined
  }

  /** Ends it at once: nothing of it is sent any more, and only what was heard is remembered. */
  cancel(reply: Reply, reason: 'turn_detected' | 'client_cancelled'): void {
    if (reply.isCancelled || reply.writer.isDone) return
    reply.isCancelled = true
    const heard = this.#silence(reply, reply.writer.lastItemId)
    if (heard !== undefined) reply.writer.cut(heard)
    this.#end(reply, { type: 'cancelled', reason })
    reply.own?.abort(new Error('the response was cancelled'))
  }

  /** Sound that may still be heard of a response that is over is cut off. */
  cutOff(): void {
    const reply = this.#last
    if (reply !== undefined && this.#parts.playback.isPlaying) this.#silence(reply, reply.writer.lastItemId)
  }

  /** The listener says how much of an item they heard. */
  heardOf(itemId: string, heardMs: number): void {
    const { hasTrack, playback } = this.#parts
    const reply = [this.#active, this.#last].find((each) => each?.writer.lastItemId === itemId)
    if (reply === undefined) return
    if (reply === this.#active) this.cancel(reply, 'client_cancelled')
    // The client has fallen silent by itself, and knows when; what is worked out here from the clock counts no more.
    else if (!hasTrack()) playback.clear()
    if (reply.turn !== undefined) void this.#parts.inputs.send({ kind: 'interruption', heardMs, turn: reply.turn })
  }

  /** Which words of an item were heard by then; undefined: it was never said aloud. */
  wordsHeard(itemId: string, heardMs: number): string | undefined {
    return this.#said.heard(itemId, heardMs)
  }

  /** Words of the session's own. */
  async say(reply: Reply, text: string, ending: StatusDetails, citing = ''): Promise<void> {
    const { parts, mood } = this.#parts
    const own = new AbortController()
    reply.own = own
    if (reply.mode === 'text') {
      reply.writer.text(text)
      this.#end(reply, ending)
      return
    }
    this.#sentence(reply, { text, written: citing || text, filler: false })
    const voice = parts.conversation.speech?.toSpeech
    try {
      if (voice !== undefined)
        for await (const audio of voice.say(once(text), { lang: reply.lang }, own.signal))
          if (!reply.isCancelled) this.#sounds(reply, { ...audio, sampleRate: voice.sampleRate })
    } catch (err) {
      if (own.signal.aborted) return
      parts.conversation.log.warn({ err }, 'words of the session could not be said')
      mood.says('no_voice', text, 'voice')
    }
    if (!reply.isCancelled) this.#end(reply, ending)
  }

  /** There is nothing to say. */
  sayNothing(reply: Reply): void {
    this.#end(reply, { type: 'completed' })
  }

  close(): void {
    this.#sound.drop()
    this.#active?.own?.abort(new Error('the session is over'))
  }

  /** A turn has begun: it's of the reply that was asked for first. */
  #bind(event: TurnEventOf<'turn'>): void {
    const reply = this.#asked.shift()
    if (reply === undefined) return
    reply.turn = event.turn
    reply.lang = event.lang
    this.#byTurn.set(event.turn, reply)
    for (const turn of this.#byTurn.keys()) if (turn < event.turn - 4) this.#byTurn.delete(turn)
    this.#tellNames(reply, event)
    if (reply.isCancelled) void this.#parts.inputs.send({ kind: 'interruption', turn: event.turn, heardMs: 0 })
  }

  /** Of what the client's own recogniser heard, names are put right only now. */
  #tellNames({ itemIds }: Reply, { text, names }: TurnEventOf<'turn'>): void {
    const item_id = itemIds.at(-1)
    if (item_id === undefined || names === undefined || names.corrections.length === 0) return
    const item = this.#parts.items.find(item_id)
    // Of what we have heard ourselves it was told with the words.
    if (item !== undefined && hasAudio(item)) return
    const { corrections } = names
    this.#parts.send({ type: 'nightdesk.transcript', item_id, text, is_final: true, corrections })
  }

  #between(event: ConversationEvent): void {
    if (event.kind !== 'notice') return
    this.#parts.send({ type: 'nightdesk.notice', response_id: null, code: event.code, text: event.text })
  }

  #write(reply: Reply, event: ConversationEvent): void {
    const { send, mood, parts } = this.#parts
    const response_id = reply.writer.options.id
    const isOutput = event.kind === 'delta' || event.kind === 'sentence' || event.kind === 'audio'
    if (isOutput && reply.writer.tokensLeft <= 0) {
      this.#endAtLimit(reply)
      return
    }
    switch (event.kind) {
      case 'status':
        if (!reply.hasBegun) mood.is('thinking', waitsFor[event.stage])
        return
      case 'delta':
        if (reply.mode === 'text') this.#written(reply, event.text)
        return
      case 'citation':
        reply.citations.push(event.citation)
        send({ type: 'nightdesk.citations', response_id, citations: reply.citations.map(parts.citationToWire) })
        return
      case 'sentence':
        if (reply.mode === 'spoken') this.#sentence(reply, event)
        return
      case 'audio':
        if (reply.mode === 'spoken') this.#sounds(reply, event)
        return
      case 'tool':
        this.#tool(reply, event)
        return
      case 'state':
        send({
          type: 'nightdesk.state',
          response_id,
          state: event.state,
          ...(event.step ? { step: event.step } : {}),
        })
        return
      case 'metrics': {
        const tokens = Object.values(event.metrics.promptTokens).reduce((sum, each) => sum + each, 0)
        reply.writer.from({ promptTokens: tokens, audioMs: 0 })
        return
      }
      case 'notice':
        send({ type: 'nightdesk.notice', response_id, code: event.code, text: event.text })
        return
      case 'done':
        this.#done(reply, event)
        return
      case 'interrupted':
        this.#end(reply, { type: 'cancelled', reason: 'client_cancelled' })
        return
      case 'apology':
        // Its own failures are told in its words; nothing is thrown.
        void this.say(reply, event.text, {
          type: 'failed',
          error: { type: 'server_error', code: event.code, message: event.text },
        })
        return
    }
  }

  #done(reply: Reply, { answer }: TurnEventOf<'done'>): void {
    const { send, parts, mood } = this.#parts
    if (reply.mode === 'text' && !reply.hasBegun) this.#written(reply, answer.answer)
    if (reply.isCancelled) return
    if (reply.mode === 'spoken' && reply.words === '') {
      this.#sentence(reply, { text: answer.spoken, written: answer.answer, filler: false })
      if (parts.conversation.speech?.toSpeech === undefined) mood.says('no_voice', answer.spoken)
    }
    send({ type: 'nightdesk.answer', response_id: reply.writer.options.id, answer: parts.answerToWire(answer) })
    this.#tellSounded(reply, answer.traceId)
    this.#end(reply, { type: 'completed' })
  }

  #tellSounded({ sounded }: Reply, traceId: string): void {
    if (sounded === undefined) return
    const { parts, caller } = this.#parts
    const { stagesMs, at } = sounded
    parts.figures.sounded({
      traceId,
      principal: caller.principal.name,
      stagesMs,
      soundedMsAgo: parts.timing.nowMs() - at,
    })
  }

  #written(reply: Reply, text: string): void {
    reply.marks.wordsAt ??= this.#parts.parts.timing.nowMs()
    this.#begun(reply)
    const fitting = textWithin(text, reply.writer.tokensLeft)
    reply.writer.text(fitting)
    if (fitting.length < text.length) this.#endAtLimit(reply)
  }

  #sentence(reply: Reply, { text, written, filler }: { text: string; written: string; filler: boolean }): void {
    const { send, playback, mood } = this.#parts
    this.#sound.flush()
    reply.marks.wordsAt ??= this.#parts.parts.timing.nowMs()
    if (!reply.hasBegun) mood.is('thinking', 'voice')
    reply.writer.transcript(text)
    reply.words = reply.words === '' ? text : `${reply.words} ${text}`
    const item_id = reply.writer.itemId
    this.#said.say(item_id, text, reply.lang)
    send({
      type: 'nightdesk.caption',
      response_id: reply.writer.options.id,
      item_id,
      text,
      written,
      filler,
      audio_start_ms: Math.round(playback.givenMs(item_id)),
    })
    if (reply.hasBegun) this.#parts.onWords(reply.words)
  }

  #play(samples: Int16Array, sampleRate: number): void {
    const reply = this.#sounding
    if (reply === undefined || reply.writer.isDone) return
    const { playback, hasTrack } = this.#parts
    const { itemId } = reply.writer
    if (hasTrack()) reply.writer.counted(samples, sampleRate)
    else reply.writer.audio(samples, sampleRate)
    playback.play(itemId, samples, sampleRate)
  }

  #sounds(reply: Reply, { samples, sampleRate, words }: SpokenAudio & { sampleRate: number }): void {
    if (samples.length === 0) return
    const of = reply.turn ?? reply.writer.options.id
    this.#said.play(reply.writer.itemId, { samples, words }, { sampleRate, of })
    const { hasTrack, send } = this.#parts
    const isFirst = !reply.hasBegun
    if (isFirst && hasTrack()) send({ type: 'output_audio_buffer.started', response_id: reply.writer.options.id })
    if (this.#sounding !== reply) this.#sound.flush()
    this.#sounding = reply
    const fitting = soundWithin(samples, sampleRate, reply.writer.tokensLeft)
    this.#sound.push(fitting, sampleRate)
    if (isFirst) {
      this.#last = reply
      this.#hasSpoken = true
      this.#begun(reply)
      this.#parts.onWords(reply.words)
    }
    if (reply.writer.options.maxOutputTokens === 'inf') return
    // What waits to be sent is counted only then.
    this.#sound.flush()
    if (fitting.length < samples.length) this.#endAtLimit(reply)
  }

  /** It has become as long as its client wants it: what was given out is heard, and is what is remembered. */
  #endAtLimit(reply: Reply): void {
    if (reply.isCancelled) return
    const { inputs, playback, items } = this.#parts
    const itemId = reply.writer.lastItemId
    reply.isCancelled = true
    this.#end(reply, { type: 'incomplete', reason: 'max_output_tokens' })
    const heardMs = reply.mode === 'spoken' && itemId !== undefined ? playback.givenMs(itemId) : undefined
    if (itemId !== undefined && heardMs !== undefined) items.cut(itemId, this.#said.heard(itemId, heardMs) ?? null)
    if (reply.turn !== undefined) void inputs.send({ kind: 'interruption', turn: reply.turn, heardMs })
  }

  /** The first of it was sent. */
  #begun(reply: Reply): void {
    if (reply.hasBegun) return
    reply.hasBegun = true
    this.#parts.mood.is('speaking')
    const at = this.#parts.parts.timing.nowMs()
    const { stagesMs, totalMs } = stagesOf(reply.marks, at)
    if (reply.mode === 'spoken') reply.sounded = { stagesMs, at }
    this.#parts.parts.figures.turn({ stagesMs, totalMs })
    const response_id = reply.writer.options.id
    this.#parts.send({ type: 'nightdesk.metrics', response_id, stages_ms: stagesMs, total_ms: totalMs })
  }

  #tool(reply: Reply, { callId, tool, phase, text, atClient }: TurnEventOf<'tool'>): void {
    if (atClient !== true) {
      if (phase === 'started' && !reply.hasBegun) this.#parts.mood.is('waiting', 'tool')
      return
    }
    if (phase !== 'started' || reply.turn === undefined) return
    this.#sound.flush()
    reply.writer.functionCall({ callId, name: tool, json: text })
    this.#atClient = { turn: reply.turn, events: [] }
    this.#end(reply, { type: 'completed' })
    this.#parts.mood.is('waiting', 'tool')
  }

  #end(reply: Reply, details: StatusDetails): void {
    if (reply.writer.isDone) return
    if (reply === this.#sounding) this.#sound.flush()
    reply.writer.end(details)
    this.#parts.parts.figures.response(details.type)
    if (this.#active === reply) this.#active = undefined
    this.#parts.onEnd(reply)
  }

  /** @returns What was heard of the item; undefined where it isn't said aloud. */
  #silence(reply: Reply, itemId: string | undefined): string | undefined {
    const { playback, hasTrack, send, inputs, items } = this.#parts
    this.#sound.drop()
    playback.clear()
    const heardMs = (itemId === undefined ? undefined : playback.heardMs(itemId)) ?? 0
    if (hasTrack() && reply.hasBegun) {
      send({ type: 'output_audio_buffer.cleared', response_id: reply.writer.options.id })
      // Who plays by themselves say it; of a track it is known here.
      if (itemId !== undefined)
        send({
          type: 'conversation.item.truncated',
          item_id: itemId,
          content_index: 0,
          audio_end_ms: Math.round(heardMs),
        })
    }
    // One that the conversation has not taken up yet is stopped when it does.
    if (reply.turn !== undefined) void inputs.send({ kind: 'interruption', heardMs, turn: reply.turn })
    const heard = itemId === undefined ? undefined : this.#said.heard(itemId, heardMs)
    if (itemId !== undefined && heard !== undefined) items.cut(itemId, heard)
    return heard
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
