import { Channel } from '#conversation/channel.ts'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import { joined } from '#providers/audio/pcm.ts'
import { userMessageOf } from '#runtime/errors.ts'
import { voiceSentence } from '../mouth/words.ts'
import type { ServerEventBody, Session } from '../protocol.ts'
import type { AudioTrack, LinkListener, Transport } from '../transport.ts'
import { Asides } from './asides.ts'
import { AudioReader } from './audio-codec.ts'
import { type ClientEvent, type ClientEventOf, readClientEvent } from './client-events.ts'
import { EventLog } from './event-log.ts'
import { ClientFault, type Fault } from './faults.ts'
import { HeardPieces } from './heard-pieces.ts'
import { Intake } from './intake.ts'
import { itemOf, saidIn } from './item-content.ts'
import { Items } from './items.ts'
import { Mood } from './mood.ts'
import { clientPlayback, Playback } from './playback.ts'
import { Replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { Responding } from './responding.ts'
import type { Caller, SessionScope, VoiceParts } from './session-parts.ts'
import { langOf, newSession, speedOf, turnTakingOf, updated } from './session-settings.ts'
import type { SessionUpdate } from './session-update.ts'
import { TurnEar } from './turn-ear.ts'
import { leastCommitMs, UserTurns } from './user-turns.ts'

export interface SessionOptions {
  id: string
  resumeToken: string
  /** Goes on with a conversation of the caller's; absent: a new one. */
  conversationId?: string | undefined
  /** As the client secret said that it should be. */
  settings?: SessionUpdate | undefined
  /** The conversation is over, whatever ended it. */
  onEnd: () => void
  /** Nothing is under way, and nobody speaks. */
  onIdle: () => void
}

/** Said aloud, while the next thing the speaker says may still be far away. */
const fillerAfterMs = 1500

/** A talk in the Realtime protocol, from its first connection to its last. */
export class RealtimeSession {
  readonly id: string
  readonly resumeToken: string
  readonly conversationId: string
  readonly caller: Caller
  readonly #parts: VoiceParts
  readonly #options: SessionOptions
  readonly #log: EventLog
  readonly #items = new Items()
  readonly #inputs = new Channel<ConversationInput>(Number.POSITIVE_INFINITY)
  readonly #ear: TurnEar
  readonly #mood: Mood
  readonly #replies: Replies
  readonly #user: UserTurns
  readonly #asides: Asides
  readonly #responding: Responding
  readonly #intake: Intake
  /** On their way into the conversation. */
  readonly #pieces: HeardPieces
  readonly #clientTrack: AudioTrack & { dispose(): void }
  readonly #playback: Playback
  readonly #stopping = new AbortController()
  #settings: Session
  #reader: AudioReader
  #link: Transport | undefined
  #running: Promise<void> | undefined
  #ids = 0
  #idle: (() => void) | undefined
  #hasPrompted = false
  #isOver = false
  /** The client knows our own events: it has sent settings of ours. */
  #isOurs = false

  constructor(parts: VoiceParts, caller: Caller, options: SessionOptions) {
    this.id = options.id
    this.resumeToken = options.resumeToken
    this.caller = caller
    this.#parts = parts
    this.#options = options
    this.conversationId = options.conversationId ?? parts.conversation.newId()
    this.#settings = updated(newSession(options.id, parts.conversation.clock.now()), options.settings ?? {}, false)
    this.#reader = new AudioReader(this.#settings.audio.input.format)
    this.#log = new EventLog(options.id)
    this.#clientTrack = clientPlayback(parts.timing, () => this.#played())
    this.#playback = new Playback(this.#clientTrack)
    const send = (body: ServerEventBody): void => this.#log.send(body)
    this.#mood = new Mood(send)
    const scope: SessionScope = {
      parts,
      caller,
      conversationId: this.conversationId,
      settings: () => this.#settings,
      items: this.#items,
      playback: this.#playback,
      hasTrack: () => this.#link?.track !== undefined,
      canHold: () => this.#link?.track !== undefined || this.#isOurs,
      inputs: { send: async (input) => this.#input(input) },
      send,
      sendJson: (json) => this.#log.sendJson(json),
      newId: (prefix) => this.#newId(prefix),
    }
    this.#asides = new Asides(scope)
    this.#intake = new Intake({
      audio: (samples, sampleRate) => this.#audio(samples, sampleRate),
      message: (json) => this.#message(json),
      tooMuch: () => void this.close(1008, 'too much at once'),
    })
    this.#pieces = new HeardPieces({
      send: (samples, sampleRate) => this.#enqueue({ kind: 'audio', samples, sampleRate }),
      maySpeak: () => this.#user.isSpeaking || this.#ear.mayHearVoice,
    })
    this.#ear = new TurnEar({
      ...parts,
      onEdge: () => this.#pieces.flush(),
      onDecision: (decision) => {
        this.#stopIdle()
        this.#user.decide(decision)
      },
      onFailure: (err) => parts.conversation.log.warn({ err, sessionId: this.id }, 'voice activity detection failed'),
    })
    this.#replies = new Replies({
      ...scope,
      mood: this.#mood,
      onWords: (text) => this.#ear.heard({ kind: 'playing', text }),
      onEnd: (reply) => this.#ended(reply),
    })
    this.#user = new UserTurns({
      ...scope,
      ear: this.#ear,
      mood: this.#mood,
      replies: this.#replies,
      onTurn: (itemId) => this.#turnEnded(itemId),
      onHeard: () => this.#responding.proceed(),
    })
    this.#responding = new Responding({ ...scope, replies: this.#replies, asides: this.#asides, user: this.#user })
    this.#ear.configure(turnTakingOf(this.#settings))
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  /** Nothing would be cut off if it ended now. */
  get isIdle(): boolean {
    return (
      this.#replies.active === undefined &&
      !this.#user.isSpeaking &&
      !this.#playback.isPlaying &&
      !this.#replies.waitsForClient
    )
  }

  /** Whoever was connected before is hung up on. @param after The last event that the client has seen. */
  attach(link: Transport, { isResumed, after }: { isResumed: boolean; after: string | undefined }): void {
    const before = this.#link
    this.#link = link
    before?.close(4001, 'the session goes on on another connection')
    this.#playback.moveTo(link.track ?? this.#clientTrack)
    const { gap, replay } = this.#log.attach(link, after)
    this.#log.greet({
      type: 'session.created',
      session: this.#settings,
      nightdesk: {
        resume_token: this.resumeToken,
        conversation_id: this.conversationId,
        resumed: isResumed,
        gap,
        keeps_ms: this.#parts.keepsMs ?? 60_000,
      },
    })
    if (isResumed) replay()
    else this.#begun()
    this.#playback.goOn()
    link.listen(this.#listenerOf(link))
  }

  /** Tells that the process ends soon. */
  announceEnd(deadlineMs: number): void {
    this.#log.send({ type: 'nightdesk.draining', deadline_ms: deadlineMs })
  }

  /** Ends everything that is under way. */
  async close(code: number, reason: string): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopIdle()
    this.#replies.close()
    this.#asides.close()
    this.#intake.close()
    this.#user.close()
    this.#ear.close()
    this.#clientTrack.dispose()
    this.#stopping.abort(new Error(reason))
    this.#link?.close(code, reason)
    this.#link = undefined
    await this.#running
    this.#options.onEnd()
  }

  #begun(): void {
    this.#log.send({
      type: 'conversation.created',
      conversation: { id: this.conversationId, object: 'realtime.conversation' },
    })
    const { speech } = this.#parts.conversation
    if (speech?.toText === undefined)
      this.#mood.says('no_speech_recognition', voiceSentence('no-recognition', this.#user.lang), 'speech_recognition')
    if (speech?.toSpeech === undefined) this.#mood.says('no_voice', '', 'voice')
  }

  #listenerOf(link: Transport): LinkListener {
    const ifCurrent = (act: () => void): void => {
      if (this.#link === link && !this.#isOver) act()
    }
    return {
      message: (json) => ifCurrent(() => this.#intake.message(json)),
      audio: (samples, sampleRate) => ifCurrent(() => this.#audio(samples, sampleRate)),
      played: () => ifCurrent(() => this.#played()),
      closed: () => ifCurrent(() => this.#detach()),
    }
  }

  #detach(): void {
    this.#link = undefined
    this.#playback.hold()
    this.#log.detach()
    this.#stopIdle()
    this.#options.onIdle()
  }

  #message(json: string): void {
    const read = readClientEvent(json)
    if (read.kind === 'fault') {
      this.#refuse(read.fault, read.eventId)
      return
    }
    try {
      this.#take(read.event)
    } catch (error) {
      if (error instanceof ClientFault) this.#refuse(error.fault, read.event.event_id)
      else {
        this.#parts.conversation.log.error({ err: error, sessionId: this.id }, 'an event of a client failed')
        const message = userMessageOf(error)
        const event_id = read.event.event_id ?? null
        const fault = { type: 'server_error', code: 'internal_error', message, param: null, event_id } as const
        this.#log.send({ type: 'error', error: fault })
      }
    }
  }

  #refuse({ code, message, param }: Fault, eventId: string | undefined): void {
    const error = { type: 'invalid_request_error', code, message, param, event_id: eventId ?? null } as const
    this.#log.send({ type: 'error', error })
  }

  #take(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#update(event.session)
        return
      case 'input_audio_buffer.append':
        this.#intake.audio(this.#reader.read(event.audio), this.#reader.sampleRate)
        return
      case 'input_audio_buffer.commit':
        this.#commit()
        return
      case 'input_audio_buffer.clear':
        this.#user.clear()
        return
      case 'output_audio_buffer.clear':
        this.#clearOutput()
        return
      case 'conversation.item.create':
        this.#create(event)
        return
      case 'conversation.item.retrieve':
        this.#log.send({ type: 'conversation.item.retrieved', item: this.#items.get(event.item_id) })
        return
      case 'conversation.item.delete':
        this.#items.delete(event.item_id)
        this.#responding.forget(event.item_id)
        this.#log.send({ type: 'conversation.item.deleted', item_id: event.item_id })
        return
      case 'conversation.item.truncate':
        this.#truncate(event)
        return
      case 'response.create':
        this.#hasPrompted = false
        this.#stopIdle()
        this.#responding.create(event.response ?? {})
        return
      case 'response.cancel':
        this.#cancel(event.response_id)
        return
      case 'nightdesk.hearing':
        this.#input({ kind: 'hearing', text: event.text })
        return
    }
  }

  #update(update: SessionUpdate): void {
    this.#isOurs ||= update.nightdesk !== undefined
    const before = this.#settings
    this.#settings = updated(before, update, this.#replies.hasSpoken)
    const { format } = this.#settings.audio.input
    if (format.type !== this.#reader.format.type) this.#reader = new AudioReader(format)
    this.#ear.configure(turnTakingOf(this.#settings))
    const speed = speedOf(this.#settings)
    if (speed !== speedOf(before) && this.#running !== undefined) this.#input({ kind: 'pace', speed })
    if (this.#settings.tools !== before.tools || this.#settings.tool_choice !== before.tool_choice) this.#offerTools()
    this.#log.send({ type: 'session.updated', session: this.#settings })
  }

  #offerTools(): void {
    const { tools, tool_choice: choice } = this.#settings
    const wanted =
      choice === 'none' ? [] : tools.filter(({ name }) => typeof choice === 'string' || choice.name === name)
    this.#input({
      kind: 'client-tools',
      tools: wanted.map(({ name, description = name, parameters = {} }) => ({ name, description, parameters })),
    })
  }

  #audio(samples: Int16Array, sampleRate: number): void {
    if (samples.length === 0) return
    if (this.#parts.conversation.speech?.toText !== undefined) this.#pieces.push(samples, sampleRate)
    this.#ear.push(samples, sampleRate)
  }

  #commit(): void {
    if (this.#user.bufferedMs < leastCommitMs) {
      const has = Math.round(this.#user.bufferedMs)
      const message = `There are only ${has} ms of audio to commit. Append at least ${leastCommitMs} ms before.`
      throw new ClientFault('input_audio_buffer_commit_empty', message)
    }
    this.#user.commit()
    this.#responding.asked(this.#items.lastId ?? '')
  }

  #create({ item: given, previous_item_id }: ClientEventOf<'conversation.item.create'>): void {
    const item = itemOf(given, this.#newId('item'))
    if (item.type === 'function_call_output') {
      if (!this.#items.hasCall(item.call_id)) {
        const message = `There is no function call with the id '${item.call_id}' in the conversation.`
        throw new ClientFault('invalid_tool_call_id', message, 'item.call_id')
      }
      this.#replies.toolResult(item.call_id, item.output)
    }
    const previous = this.#items.add(item, previous_item_id)
    this.#log.send({ type: 'conversation.item.added', previous_item_id: previous, item })
    this.#log.send({ type: 'conversation.item.done', previous_item_id: previous, item })
    if (item.type !== 'message') return
    if (item.role === 'user') {
      this.#responding.asked(item.id)
      this.#hasPrompted = false
      this.#hearSent(given, item.id)
      const text = saidIn(item)
      if (text !== '') this.#user.typed(text)
    }
    if (item.role === 'assistant') this.#responding.answeredElsewhere(saidIn(item))
  }

  /** Speech that comes whole, in an item. */
  #hearSent(given: ClientEventOf<'conversation.item.create'>['item'], itemId: string): void {
    if (given.type !== 'message' || given.role !== 'user') return
    const spoken = given.content.flatMap((part) =>
      part.type === 'input_audio' && part.audio !== undefined && (part.transcript ?? null) === null ? [part.audio] : [],
    )
    if (spoken.length === 0) return
    const reader = new AudioReader(this.#reader.format)
    const samples = joined(spoken.map((audio) => reader.read(audio)))
    this.#user.hearSent(itemId, { samples, sampleRate: reader.sampleRate })
  }

  #truncate({ item_id, content_index, audio_end_ms }: ClientEventOf<'conversation.item.truncate'>): void {
    const item = this.#items.get(item_id)
    const isOurs = item.type === 'message' && item.role === 'assistant'
    if (!isOurs || content_index !== 0) {
      const param = isOurs ? 'content_index' : 'item_id'
      throw new ClientFault('invalid_value', 'Only the audio of a message of the assistant can be cut.', param)
    }
    const lengthMs = this.#playback.givenMs(item_id)
    if (lengthMs > 0 && audio_end_ms > lengthMs + 1000) {
      const message = `Audio content of ${Math.round(lengthMs)}ms is already shorter than ${Math.round(audio_end_ms)}ms`
      throw new ClientFault('invalid_value', message, 'audio_end_ms')
    }
    if (audio_end_ms < lengthMs) this.#items.cut(item_id, null)
    this.#replies.heardOf(item_id, audio_end_ms)
    this.#log.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
  }

  #clearOutput(): void {
    const { active } = this.#replies
    if (active === undefined) this.#replies.cutOff()
    else this.#replies.cancel(active, 'client_cancelled')
  }

  #cancel(responseId: string | undefined): void {
    if (responseId !== undefined && this.#asides.cancel(responseId)) return
    const { active } = this.#replies
    if (active === undefined || (responseId ?? active.writer.options.id) !== active.writer.options.id)
      throw new ClientFault('response_cancel_not_active', 'There is no such response to be cancelled.', 'response_id')
    this.#replies.cancel(active, 'client_cancelled')
  }

  #ended(reply: Reply): void {
    if (!this.#responding.ended(reply) && !this.#playback.isPlaying) this.#rested()
  }

  #turnEnded(itemId: string): void {
    this.#hasPrompted = false
    this.#responding.turnEnded(itemId)
  }

  #played(): void {
    this.#ear.heard({ kind: 'played' })
    const id = this.#replies.soundingId
    if (this.#link?.track !== undefined && id !== undefined)
      this.#log.send({ type: 'output_audio_buffer.stopped', response_id: id })
    if (this.#replies.active === undefined) this.#rested()
  }

  #rested(): void {
    if (this.#user.isSpeaking || this.#replies.waitsForClient) return
    this.#mood.is('listening')
    this.#options.onIdle()
    this.#waitIdly()
  }

  /** After a long silence, one question; then no other until somebody speaks. */
  #waitIdly(): void {
    const detection = this.#settings.audio.input.turn_detection
    const asked = detection?.type === 'server_vad' ? detection.idle_timeout_ms : null
    const idleMs = asked ?? this.#settings.nightdesk.idle_prompt_ms
    if (idleMs === null || this.#hasPrompted || this.#isOver || this.#link === undefined) return
    this.#stopIdle()
    const fromMs = this.#ear.nowMs
    this.#idle = this.#parts.timing.after(idleMs, () => {
      this.#idle = undefined
      if (!this.isIdle) return
      this.#user.commitSilence(fromMs)
      this.#hasPrompted = true
      this.#responding.prompt()
    })
  }

  #stopIdle(): void {
    this.#idle?.()
    this.#idle = undefined
  }

  /** After all audio that came before it. */
  #input(input: ConversationInput): void {
    this.#pieces.flush()
    this.#enqueue(input)
  }

  #enqueue(input: ConversationInput): void {
    this.#running ??= this.#run()
    void this.#inputs.send(input)
  }

  /** Begun with the first input, so that the client can say before that how it wants the talk to be. */
  async #run(): Promise<void> {
    const lang = langOf(this.#settings)
    const conversation = new Conversation(this.#parts.conversation, {
      principal: this.caller.principal,
      conversationId: this.#options.conversationId,
      newConversationId: this.conversationId,
      mode: 'spoken',
      turnEnds: 'caller',
      fillerAfterMs,
      speed: speedOf(this.#settings),
      ...(lang === 'auto' ? {} : { lang }),
    })
    try {
      for await (const event of conversation.turns(this.#inputs, this.#stopping.signal)) this.#told(event)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      this.#parts.conversation.log.error({ err: error, sessionId: this.id }, 'a voice conversation failed')
      const message = userMessageOf(error)
      const fault = { type: 'server_error', code: 'internal_error', message, param: null, event_id: null } as const
      this.#log.send({ type: 'error', error: fault })
      // Not waited for: it waits for us.
      void this.close(1011, 'internal error')
    }
  }

  #told(event: ConversationEvent): void {
    switch (event.kind) {
      case 'interim':
      case 'final':
      case 'hint':
      case 'heard':
      case 'deaf':
        this.#user.hear(event)
        return
      default:
        this.#replies.take(event)
    }
  }

  #newId(prefix: string): string {
    this.#ids += 1
    return `${prefix}_${this.id.replace(/^sess_/, '')}${this.#ids.toString(36)}`
  }
}
