import type { ConversationEvent } from '#conversation/events.ts'
import { voiceSentence } from '../mouth/words.ts'
import type { ServerEventBody } from '../protocol.ts'
import type { Transport } from '../transport.ts'
import { Asides } from './asides.ts'
import { ClientRequests } from './client-requests.ts'
import { EventLog } from './event-log.ts'
import { IdlePrompt } from './idle-prompt.ts'
import { Intake } from './intake.ts'
import { ItemRequests } from './item-requests.ts'
import { Items } from './items.ts'
import { Mood } from './mood.ts'
import { Replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { Responding } from './responding.ts'
import { SessionLink } from './session-link.ts'
import type { Caller, SessionScope, VoiceParts } from './session-parts.ts'
import { SessionRequests } from './session-requests.ts'
import { newSession, turnTakingOf, updated } from './session-settings.ts'
import { SessionTalk } from './session-talk.ts'
import type { SessionUpdate } from './session-update.ts'
import { SettingsInForce } from './settings-in-force.ts'
import { TurnEar } from './turn-ear.ts'
import { UserTurns } from './user-turns.ts'

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
  readonly #settings: SettingsInForce
  readonly #log: EventLog
  readonly #link: SessionLink
  readonly #items = new Items()
  readonly #talk: SessionTalk
  readonly #ear: TurnEar
  readonly #mood: Mood
  readonly #replies: Replies
  readonly #user: UserTurns
  readonly #asides: Asides
  readonly #responding: Responding
  readonly #itemRequests: ItemRequests
  readonly #requests: ClientRequests
  readonly #intake: Intake
  readonly #idle: IdlePrompt
  #ids = 0
  #isOver = false

  constructor(parts: VoiceParts, caller: Caller, options: SessionOptions) {
    this.id = options.id
    this.resumeToken = options.resumeToken
    this.caller = caller
    this.#parts = parts
    this.#options = options
    this.conversationId = options.conversationId ?? parts.conversation.newId()
    const begun = newSession(options.id, parts.conversation.clock.now())
    this.#settings = new SettingsInForce(updated(begun, options.settings ?? {}, false))
    this.#log = new EventLog(options.id)
    this.#link = new SessionLink({
      log: this.#log,
      timing: parts.timing,
      listener: {
        message: (json) => this.#intake.message(json),
        audio: (samples, sampleRate) => this.#audio(samples, sampleRate),
        played: () => this.#played(),
        closed: () => this.#left(),
      },
    })
    const settings = () => this.#settings.now
    const send = (body: ServerEventBody): void => this.#log.send(body)
    this.#mood = new Mood(send)
    this.#talk = new SessionTalk({
      parts,
      caller,
      conversationId: this.conversationId,
      goesOn: options.conversationId !== undefined,
      settings,
      maySpeak: () => this.#user.isSpeaking || this.#ear.mayHearVoice,
      onEvent: (event) => this.#told(event),
      onFailure: (error) => this.#failed(error),
    })
    this.#idle = new IdlePrompt({
      timing: parts.timing,
      settings,
      isIdle: () => this.isIdle,
      nowMs: () => this.#ear.nowMs,
      prompt: (fromMs) => {
        this.#user.commitSilence(fromMs)
        this.#responding.prompt()
      },
    })
    this.#intake = new Intake({
      audio: (samples, sampleRate) => this.#audio(samples, sampleRate),
      message: (json) => this.#requests.message(json),
      tooMuch: () => void this.close(1008, 'too much at once'),
    })
    this.#ear = new TurnEar({
      ...parts,
      onEdge: () => this.#talk.flushAudio(),
      onDecision: (decision) => {
        this.#idle.stop()
        this.#user.decide(decision)
      },
      onFailure: (err) => parts.conversation.log.warn({ err, sessionId: this.id }, 'voice activity detection failed'),
    })
    const scope: SessionScope = {
      parts,
      caller,
      conversationId: this.conversationId,
      settings,
      items: this.#items,
      playback: this.#link.playback,
      hasTrack: () => this.#link.hasTrack,
      canHold: () => this.#link.hasTrack || this.#settings.areOurs,
      inputs: { send: async (input) => this.#talk.send(input) },
      send,
      sendJson: (json) => this.#log.sendJson(json),
      newId: (prefix) => this.#newId(prefix),
    }
    this.#asides = new Asides(scope)
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
    const requests = new SessionRequests({
      ...responding,
      inForce: this.#settings,
      intake: this.#intake,
      talk: this.#talk,
      ear: this.#ear,
      idle: this.#idle,
      responding: this.#responding,
      itemRequests: this.#itemRequests,
    })
    this.#requests = new ClientRequests({
      sessionId: this.id,
      log: parts.conversation.log,
      send,
      obey: (event) => requests.take(event),
    })
    this.#ear.configure(turnTakingOf(this.#settings.now))
  }

  get isConnected(): boolean {
    return this.#link.isConnected
  }

  /** Nothing would be cut off if it ended now. */
  get isIdle(): boolean {
    return (
      this.#replies.active === undefined &&
      !this.#user.isSpeaking &&
      !this.#link.playback.isPlaying &&
      !this.#replies.waitsForClient
    )
  }

  /** Whoever was connected before is hung up on. @param after The last event that the client has seen. */
  attach(link: Transport, { isResumed, after }: { isResumed: boolean; after: string | undefined }): void {
    const { gap, replay } = this.#link.attach(link, after)
    this.#log.greet({
      type: 'session.created',
      session: this.#settings.now,
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
    this.#link.playback.goOn()
    this.#link.listen()
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
    const talkOver = this.#talk.stop(reason)
    this.#link.close(code, reason)
    await talkOver
    this.#options.onEnd()
  }

  #begun(): void {
    this.#log.send({
      type: 'conversation.created',
      conversation: { id: this.conversationId, object: 'realtime.conversation' },
    })
    const { speech } = this.#parts.conversation
    if (speech?.toText === undefined) {
      const text = voiceSentence('no-recognition', this.#user.words.lang)
      this.#mood.says('no_speech_recognition', text, 'speech_recognition')
    }
    if (speech?.toSpeech === undefined) this.#mood.says('no_voice', '', 'voice')
  }

  /** The client is gone, and may come back. */
  #left(): void {
    this.#idle.stop()
    this.#options.onIdle()
  }

  #audio(samples: Int16Array, sampleRate: number): void {
    if (samples.length === 0) return
    this.#talk.audio(samples, sampleRate)
    this.#ear.push(samples, sampleRate)
  }

  #ended(reply: Reply): void {
    this.#itemRequests.ended(reply)
    // Its sound was over before it was, or was cut off.
    if (reply.hasBegun && !this.#link.playback.isPlaying) this.#fellSilent()
    if (!this.#responding.ended(reply) && !this.#link.playback.isPlaying) this.#rested()
  }

  #turnEnded(itemId: string): void {
    this.#idle.asked()
    this.#responding.turnEnded(itemId)
  }

  #played(): void {
    // The voice is slow, or the model thinks: more of the answer comes.
    if (this.#replies.active?.hasBegun === true) return
    this.#fellSilent()
    if (this.#replies.active === undefined) this.#rested()
  }

  #fellSilent(): void {
    this.#ear.heard({ kind: 'played' })
    this.#replies.fellSilent()
  }

  #rested(): void {
    if (this.#user.isSpeaking || this.#replies.waitsForClient) return
    this.#mood.is('listening')
    this.#options.onIdle()
    if (!this.#isOver && this.#link.isConnected) this.#idle.wait()
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
