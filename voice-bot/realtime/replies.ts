import type { ConversationEvent } from '#conversation/events.ts'
import type { StatusDetails } from '../protocol-items.ts'
import { hasAudio } from './item-content.ts'
import type { Mood } from './mood.ts'
import { newReply, ownHeardMs, type Reply, type TurnEventOf } from './reply.ts'
import { ReplyEvents } from './reply-events.ts'
import { ReplySound } from './reply-sound.ts'
import { type WrittenOptions, writerOf } from './response-writers.ts'
import type { SessionScope } from './session-parts.ts'

export interface RepliesParts extends SessionScope {
  mood: Mood
  /** Words of ours can be heard from now on; all of them so far. */
  onWords: (words: string) => void
  /** A reply is over, however it ended. */
  onEnd: (reply: Reply) => void
}

export type ReplyOptions = WrittenOptions & Pick<Reply, 'itemIds' | 'marks' | 'lang'>

/** The responses to what a conversation gives out, one at a time; each can wait, and falls silent at once when told to. */
export class Replies {
  readonly #parts: RepliesParts
  readonly #sound: ReplySound
  readonly #events: ReplyEvents
  #active: Reply | undefined
  /** Asked of the conversation, which has not taken them up yet. */
  readonly #asked: Reply[] = []
  /** By their turn; a turn that calls a tool of the client has one after the other. */
  readonly #byTurn = new Map<number, Reply>()
  /** A turn that waits for its client's tools, and what it has said since. */
  #atClient: { turn: number; events: ConversationEvent[] } | undefined

  constructor(parts: RepliesParts) {
    this.#parts = parts
    this.#sound = new ReplySound(parts)
    this.#events = new ReplyEvents({
      ...parts,
      sound: this.#sound,
      onClientCall: (turn) => (this.#atClient = { turn, events: [] }),
      onEnd: (reply) => {
        if (this.#active === reply) this.#active = undefined
        parts.onEnd(reply)
      },
    })
  }

  get active(): Reply | undefined {
    return this.#active
  }

  /** Whether the voice was heard already. */
  get hasSpoken(): boolean {
    return this.#sound.last !== undefined
  }

  /** The response whose sound can be heard now. */
  get soundingId(): string | undefined {
    if (this.#active?.hasBegun === true) return this.#active.writer.options.id
    return this.#parts.playback.isPlaying ? this.#sound.last?.writer.options.id : undefined
  }

  get waitsForClient(): boolean {
    return this.#atClient !== undefined
  }

  begin(options: ReplyOptions): Reply {
    const reply = newReply({ ...options, writer: writerOf(this.#parts, options) })
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
    for (const event of waiting.events) this.#events.write(reply, event)
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
    else this.#events.write(reply, event)
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
    for (const event of held) this.#events.write(reply, event)
  }

  get isWithheld(): boolean {
    return this.#active?.held !== undefined
  }

  /** Ends it at once: nothing of it is sent any more, and only what was heard is remembered. */
  cancel(reply: Reply, reason: 'turn_detected' | 'client_cancelled'): void {
    if (reply.isCancelled || reply.writer.isDone) return
    reply.isCancelled = true
    // Who goes on before it is known what they said is answered to all of it.
    if (reason === 'turn_detected' && !reply.isAsked) reply.isHalf = true
    const heard = this.#sound.silence(reply)
    if (heard !== undefined) reply.writer.cut(heard)
    this.#events.end(reply, { type: 'cancelled', reason })
    reply.own?.abort(new Error('the response was cancelled'))
  }

  /** Sound that may still be heard of a response that is over is cut off. */
  cutOff(): void {
    this.#sound.cutOff()
  }

  /** All of the sound has been heard, and no more of it comes. */
  fellSilent(): void {
    this.#sound.stopped()
  }

  /** The listener says how much of an item they heard. */
  heardOf(itemId: string, heardMs: number): void {
    const { hasTrack, playback } = this.#parts
    const reply = [this.#active, this.#sound.last].find((each) => each?.writer.lastItemId === itemId)
    if (reply === undefined) return
    if (reply === this.#active) this.cancel(reply, 'client_cancelled')
    // The client has fallen silent by itself, and knows when; what is worked out here from the clock counts no more.
    else if (!hasTrack()) playback.clear()
    if (reply.turn !== undefined)
      void this.#parts.inputs.send({ kind: 'interruption', heardMs: ownHeardMs(reply, heardMs), turn: reply.turn })
  }

  /** Which words of an item were heard by then; undefined: it was never said aloud. */
  wordsHeard(itemId: string, heardMs: number): string | undefined {
    return this.#sound.wordsHeard(itemId, heardMs)
  }

  /** Words of the session's own. */
  async say(reply: Reply, text: string, ending: StatusDetails): Promise<void> {
    await this.#events.say(reply, text, ending)
  }

  /** A few words while what is to be answered isn't known yet. Never rejects. */
  async bridge(reply: Reply, text: string): Promise<void> {
    await this.#events.bridge(reply, text)
  }

  /** There is nothing to say. */
  sayNothing(reply: Reply): void {
    this.#events.end(reply, { type: 'completed' })
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
}
