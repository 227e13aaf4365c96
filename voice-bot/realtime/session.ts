import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import { voiceSentence } from '../mouth/words.ts'
import type { ServerEventBody, Session } from '../protocol.ts'
import type { AudioTrack, LinkListener, Transport } from '../transport.ts'
import { Asides } from './asides.ts'
import { AudioReader } from './audio-codec.ts'
import type { ClientEvent } from './client-events.ts'
import { ClientRequests } from './client-requests.ts'
import { checkTools, offeredTools } from './client-tools.ts'
import { EventLog } from './event-log.ts'
import { ClientFault } from './faults.ts'
import { HeardPieces } from './heard-pieces.ts'
import { IdlePrompt } from './idle-prompt.ts'
import { Intake } from './intake.ts'
import { ItemRequests } from './item-requests.ts'
import { Items } from './items.ts'
import { Mood } from './mood.ts'
import { clientPlayback, Playback } from './playback.ts'
import { Replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { Responding } from './responding.ts'
import type { Caller, SessionScope, VoiceParts } from './session-parts.ts'
import { newSession, speedOf, turnTakingOf, updated } from './session-settings.ts'
import { SessionTalk } from './session-talk.ts'
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
  readonly #ear: TurnEar
  readonly #mood: Mood
  readonly #replies: Replies
  readonly #user: UserTurns
  readonly #asides: Asides
  readonly #responding: Responding
  readonly #itemRequests: ItemRequests
  readonly #talk: SessionTalk
  readonly #idle: IdlePrompt
  readonly #intake: Intake
  readonly #requests: ClientRequests
  /** On their way into the conversation. */
  readonly #pieces: HeardPieces
  readonly #clientTrack: AudioTrack & { dispose(): void }
  readonly #playback: Playback
  #settings: Session
  #reader: AudioReader
  #link: Transport | undefined
  #ids = 0
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
    this.#talk = new SessionTalk({
      parts,
      caller,
      conversationId: this.conversationId,
      goesOn: options.conversationId !== undefined,
      settings: () => this.#settings,
      onEvent: (event) => this.#told(event),
      onFailure: (error) => this.#failed(error),
    })
    this.#idle = new IdlePrompt({
      timing: parts.timing,
      settings: () => this.#settings,
      isIdle: () => this.isIdle,
      nowMs: () => this.#ear.nowMs,
      prompt: (fromMs) => {
        this.#user.commitSilence(fromMs)
        this.#responding.prompt()
      },
    })
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
    this.#requests = new ClientRequests({
      sessionId: this.id,
      log: parts.conversation.log,
      send,
      obey: (event) => this.#take(event),
    })
    this.#intake = new Intake({
      audio: (samples, sampleRate) => this.#audio(samples, sampleRate),
      message: (json) => this.#requests.message(json),
      tooMuch: () => void this.close(1008, 'too much at once'),
    })
    this.#pieces = new HeardPieces({
      send: (samples, sampleRate) => this.#talk.send({ kind: 'audio', samples, sampleRate }),
      maySpeak: () => this.#user.isSpeaking || this.#ear.mayHearVoice,
    })
    this.#ear = new TurnEar({
      ...parts,
      onEdge: () => this.#pieces.flush(),
      onDecision: (decision) => {
        this.#idle.stop()
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
    const responding = { ...scope, replies: this.#replies, asides: this.#asides, user: this.#user }
    this.#responding = new Responding(responding)
    this.#itemRequests = new ItemRequests({ ...responding, responding: this.#responding })
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
    this.#idle.stop()
    this.#replies.close()
    this.#asides.close()
    this.#intake.close()
    this.#user.close()
    this.#ear.close()
    this.#clientTrack.dispose()
    const talkOver = this.#talk.stop(reason)
    this.#link?.close(code, reason)
    this.#link = undefined
    await talkOver
    this.#options.onEnd()
  }

  #begun(): void {
    this.#log.send({
      type: 'conversation.created',
      conversation: { id: this.conversationId, object: 'realtime.conversation' },
    })
    const { speech } = this.#parts.conversation
    if (speech?.toText === undefined)
      this.#mood.says(
        'no_speech_recognition',
        voiceSentence('no-recognition', this.#user.words.lang),
        'speech_recognition',
      )
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
    this.#idle.stop()
    this.#options.onIdle()
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
        if (event.item.type === 'message' && event.item.role === 'user') this.#idle.asked()
        this.#itemRequests.create(event)
        return
      case 'conversation.item.retrieve':
        this.#itemRequests.retrieve(event.item_id)
        return
      case 'conversation.item.delete':
        this.#itemRequests.delete(event.item_id)
        return
      case 'conversation.item.truncate':
        this.#itemRequests.truncate(event)
        return
      case 'response.create':
        this.#idle.asked()
        this.#idle.stop()
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
    const settings = updated(before, update, this.#replies.hasSpoken)
    if (settings.tools !== before.tools || settings.tool_choice !== before.tool_choice)
      checkTools(settings.tools, settings.tool_choice, {
        hasModel: this.#parts.conversation.llm !== undefined,
        at: 'session',
      })
    this.#settings = settings
    const { format } = this.#settings.audio.input
    if (format.type !== this.#reader.format.type) this.#reader = new AudioReader(format)
    this.#ear.configure(turnTakingOf(this.#settings))
    const speed = speedOf(this.#settings)
    if (speed !== speedOf(before) && this.#talk.hasBegun) this.#input({ kind: 'pace', speed })
    if (this.#settings.tools !== before.tools || this.#settings.tool_choice !== before.tool_choice) this.#offerTools()
    this.#log.send({ type: 'session.updated', session: this.#settings })
  }

  #offerTools(): void {
    const { tools, tool_choice: choice } = this.#settings
    this.#input({ kind: 'client-tools', ...offeredTools(tools, choice) })
    if (tools.length > 0 && this.#parts.conversation.llm === undefined)
      this.#log.send({
        type: 'nightdesk.notice',
        response_id: null,
        code: 'tools_need_model',
        text: voiceSentence('tools-need-model', this.#user.words.lang),
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

  #clearOutput(): void {
    const { active, soundingId } = this.#replies
    // One that can't be heard yet goes on: what is to fall silent is the one before.
    if (active?.hasBegun === true) this.#replies.cancel(active, 'client_cancelled')
    else this.#replies.cutOff()
    this.#ear.heard({ kind: 'played' })
    // Of a track it was told as it happened.
    if (this.#link?.track === undefined && soundingId !== undefined)
      this.#log.send({ type: 'output_audio_buffer.cleared', response_id: soundingId })
  }

  #cancel(responseId: string | undefined): void {
    if (responseId !== undefined && this.#asides.cancel(responseId)) return
    const { active } = this.#replies
    if (active === undefined || (responseId ?? active.writer.options.id) !== active.writer.options.id)
      throw new ClientFault('response_cancel_not_active', 'There is no such response to be cancelled.', 'response_id')
    this.#replies.cancel(active, 'client_cancelled')
    this.#ear.heard({ kind: 'played' })
  }

  #ended(reply: Reply): void {
    this.#itemRequests.ended(reply)
    if (!this.#responding.ended(reply) && !this.#playback.isPlaying) this.#rested()
  }

  #turnEnded(itemId: string): void {
    this.#idle.asked()
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
    if (!this.#isOver && this.#link !== undefined) this.#idle.wait()
  }

  /** After all audio that came before it. */
  #input(input: ConversationInput): void {
    this.#pieces.flush()
    this.#talk.send(input)
  }

  #failed(error: unknown): void {
    this.#requests.failed(error, 'a voice conversation failed')
    // Not waited for: it waits for us.
    void this.close(1011, 'internal error')
  }

  #told(event: ConversationEvent): void {
    switch (event.kind) {
      case 'interim':
      case 'final':
      case 'hint':
      case 'heard':
      case 'deaf':
      case 'hears-again':
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
