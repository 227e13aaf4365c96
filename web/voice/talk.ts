import type { ServerEvent, SessionUpdate, VoiceState, WaitingFor } from '#voice-bot/protocol.ts'
import type { Page } from '../page.ts'
import { type Caption, Captions } from './captions.ts'
import type { CapturedPiece } from './capture-worklet.ts'
import { KeyHold } from './key-hold.ts'
import { Line, type LineState } from './line.ts'
import { Mouth } from './mouth.ts'
import { OwnEars } from './own-ears.ts'
import { isInterruption } from './own-recogniser.ts'
import { toBase64 } from './pcm.ts'
import type { PlayedItem } from './playback.ts'
import { rtcLinks } from './rtc-link.ts'
import { sessionSettings } from './session-settings.ts'
import { openSocketLink } from './socket-link.ts'
import { Sound, SoundError, type SoundTrouble } from './sound.ts'
import { type ShownState, shownState, type TalkFacts, turnAfter } from './talk-state.ts'
import { voiceAccess } from './voice-access.ts'
import { storedVoiceSettings, storeVoiceSettings, type VoiceSettings } from './voice-settings.ts'
import { type Thread, VoiceTurns } from './voice-turns.ts'
import { ScreenLock } from './wake-lock.ts'

/** Before a server ends we are elsewhere. */
const beforeDeadlineMs = 500

/** What the page tells of the conversation that is talked on. */
export interface TalkThread extends Thread {
  readonly id: string | undefined
  continueAs(conversationId: string): void
}

/** What there is to be seen. */
export interface TalkView {
  state: ShownState
  waitingFor: WaitingFor | undefined
  caption: Caption | undefined
  /** Something that has to be known or done. */
  trouble: Trouble | undefined
  /** The server has no speech recognition, and the browser's may only hear with a yes. */
  asksForOwnRecognition: boolean
  /** Where speech becomes text. */
  recognition: 'server' | 'browser' | 'none'
  settings: VoiceSettings
}

export type Trouble =
  | { kind: 'sound'; trouble: SoundTrouble }
  | { kind: 'too-short' | 'microphone-lost' | 'own-recognition-denied' | 'own-recognition-unreachable' }
  /** In the server's words. */
  | { kind: 'said'; text: string }

export interface TalkParts {
  page: Page
  thread: TalkThread
  /** There is something else to be seen. */
  changed: () => void
  /** How loud it is, whoever speaks: root mean square, 0..1. */
  level: (level: number) => void
}

/** Talking with the page: ears, mouth, and the line to the server, which make one conversation with what is typed. */
export class Talk {
  readonly #parts: TalkParts
  readonly #turns: VoiceTurns
  readonly #captions = new Captions()
  readonly #line: Line
  readonly #mouth: Mouth
  readonly #screen = new ScreenLock()
  readonly #ownEars: OwnEars
  readonly #hold: KeyHold
  #settings = storedVoiceSettings()
  #sound: Sound | undefined
  #opening: Promise<void> | undefined
  #ears: TalkFacts['ears'] = 'none'
  #hasServerEars = true
  #turn: { turn: VoiceState; waitingFor: WaitingFor | undefined } = { turn: 'listening', waitingFor: undefined }
  #trouble: Trouble | undefined
  #responseId: string | undefined
  #isDraining = false

  constructor(parts: TalkParts) {
    this.#parts = parts
    this.#turns = new VoiceTurns(parts.thread)
    this.#ownEars = new OwnEars({
      interim: (text) => this.#ownInterim(text),
      final: (text) => this.say(text),
      failed: (reason) => this.#deaf({ kind: `own-recognition-${reason}` }),
    })
    this.#mouth = new Mouth({
      sound: () => this.#sound,
      isTrack: () => this.#isRtc,
      changed: () => {
        this.#leaveIfDrained()
        parts.changed()
      },
      reached: (item) => this.#captions.playing(item),
      cutOff: (item, contentIndex) => this.#truncate(item, contentIndex),
      level: parts.level,
    })
    const openRtcLink = rtcLinks({ stream: () => this.#sound?.stream, player: this.#mouth.player })
    this.#line = new Line({
      open: () => (this.#isRtc ? openRtcLink : openSocketLink),
      ...voiceAccess(parts.page),
      greeting: () => [{ type: 'session.update', session: sessionSettings(this.#settings) }],
      event: (event) => this.#take(event),
      changed: (state, reason) => this.#lineChanged(state, reason),
    })
    this.#hold = new KeyHold({
      began: () => this.#beganHolding(),
      ended: () => this.#endedHolding(),
      touched: () => this.#touched(),
    })
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || !this.isOn) return
      void this.#sound?.wake()
      this.#line.hurry()
    })
  }

  get isOn(): boolean {
    return this.#line.state !== 'closed' || this.#opening !== undefined
  }

  /** An answer is being made or spoken. */
  get isBusy(): boolean {
    return this.isOn && (this.#mouth.isSounding || this.#turn.turn === 'thinking' || this.#turn.turn === 'waiting')
  }

  get view(): TalkView {
    const isOpening = this.#opening !== undefined && this.#line.state === 'closed'
    const state = shownState({
      line: isOpening ? 'connecting' : this.#line.state,
      turn: this.#turn.turn,
      isSounding: this.#mouth.isSounding,
      ears: this.#ears,
    })
    return {
      state,
      waitingFor: this.#turn.waitingFor,
      caption: this.#captions.current,
      trouble: this.#trouble,
      asksForOwnRecognition: this.isOn && !this.#hasServerEars && this.#ownEars.mayBeAsked(this.#settings),
      recognition: this.#recognition,
      settings: this.#settings,
    }
  }

  /** To be called from a click or a key, since phones let nothing sound otherwise. */
  start(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
      this.#parts.changed()
    })
    this.#parts.changed()
    return this.#opening
  }

  end(): void {
    this.#line.close()
    this.#ownEars.close()
    this.#mouth.reset()
    this.#hold.reset()
    this.#screen.release()
    void this.#sound?.close()
    this.#sound = undefined
    this.#ears = 'none'
    this.#trouble = undefined
    this.#turn = { turn: 'listening', waitingFor: undefined }
    this.#captions.forget()
    this.#parts.level(0)
    this.#parts.changed()
  }

  /** What comes now belongs to another conversation. */
  startAnew(): void {
    this.stop()
    this.#turns.forget()
    this.#captions.forget()
    if (this.#line.state !== 'closed') this.#line.start(undefined)
  }

  /** A question that was typed, or heard by the browser. */
  say(text: string): void {
    if (this.#mouth.isSounding) this.stop()
    const itemId = `item_${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`
    this.#captions.hear(text, true)
    this.#turns.typed(itemId, text)
    this.#turn = { turn: 'thinking', waitingFor: undefined }
    this.#line.sendItem(itemId, [
      {
        type: 'conversation.item.create',
        item: { id: itemId, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      },
      { type: 'response.create' },
    ])
    this.#parts.changed()
  }

  /** Silent at once, and the rest of the answer isn't made. */
  stop(): void {
    if (this.#line.state === 'closed') return
    if (this.#responseId !== undefined) this.#line.send({ type: 'response.cancel', response_id: this.#responseId })
    if (this.#isRtc) this.#line.send({ type: 'output_audio_buffer.clear' })
    this.#fallSilent()
    this.#turn = { turn: 'listening', waitingFor: undefined }
    this.#parts.changed()
  }

  toggleMuted(): void {
    if (this.#ears !== 'none') this.#setEars(this.#ears === 'muted' ? this.#restingEars : 'muted')
  }

  /** The key or the button to talk went down. */
  holdDown(): void {
    this.#hold.down()
  }

  /** It came up again. */
  holdUp(): void {
    this.#hold.up()
  }

  async change(change: Partial<VoiceSettings>): Promise<void> {
    const before = this.#settings
    this.#settings = { ...before, ...change }
    storeVoiceSettings(this.#settings)
    if (this.isOn) await this.#apply(before)
    this.#parts.changed()
  }

  get #isRtc(): boolean {
    return this.#settings.transport === 'webrtc'
  }

  get #recognition(): TalkView['recognition'] {
    if (this.#hasServerEars) return 'server'
    return this.#ownEars.isAllowed(this.#settings) ? 'browser' : 'none'
  }

  get #restingEars(): 'open' | 'released' {
    return this.#settings.microphone === 'open' ? 'open' : 'released'
  }

  async #open(): Promise<void> {
    this.#trouble = undefined
    this.#hasServerEars = true
    this.#mouth.useOwnVoice(false)
    try {
      this.#sound = await Sound.open({
        captured: (piece) => this.#captured(piece),
        played: (report) => this.#mouth.played(report),
        microphoneLost: () => this.#deaf({ kind: 'microphone-lost' }),
      })
    } catch (error) {
      this.#trouble = troubleOf(error)
      return
    }
    await this.#listen()
    await this.#speakThrough()
    this.#line.start(this.#parts.thread.id)
    this.#screen.keep()
  }

  async #listen(): Promise<void> {
    const { inputDevice } = this.#settings
    try {
      await this.#sound?.listen(inputDevice === '' ? undefined : inputDevice)
      this.#setEars(this.#hold.isDown ? 'held' : this.#restingEars)
    } catch (error) {
      this.#deaf(troubleOf(error))
    }
  }

  async #speakThrough(): Promise<void> {
    const { outputDevice } = this.#settings
    try {
      await this.#sound?.speakThrough(outputDevice)
      await this.#mouth.player.setSinkId?.(outputDevice)
    } catch {
      // It isn't plugged in: the system's choice serves.
    }
  }

  /** Nobody is heard any more, and why. */
  #deaf(trouble: Trouble | undefined): void {
    this.#sound?.stopListening()
    this.#ownEars.close()
    this.#ears = 'none'
    this.#parts.level(0)
    if (trouble !== undefined) this.#trouble = trouble
    this.#parts.changed()
  }

  #setEars(ears: TalkFacts['ears']): void {
    this.#ears = ears
    const isOpen = ears === 'open' || ears === 'held'
    for (const track of this.#sound?.stream?.getAudioTracks() ?? []) track.enabled = isOpen || !this.#isRtc
    if (this.#recognition === 'browser') {
      if (isOpen) this.#ownEars.start(this.#parts.page.lang)
      else if (ears === 'muted') this.#ownEars.close()
    }
    if (!isOpen) this.#parts.level(0)
    this.#parts.changed()
  }

  #beganHolding(): void {
    this.#trouble = undefined
    if (!this.isOn) {
      void this.start()
      return
    }
    if (this.#ears === 'none') return
    if (this.#mouth.isSounding) this.stop()
    if (this.#settings.microphone === 'open') this.#update({ audio: { input: { turn_detection: null } } })
    this.#setEars('held')
  }

  #endedHolding(): void {
    if (this.#ears !== 'held') return
    if (this.#recognition === 'server') {
      this.#line.send({ type: 'input_audio_buffer.commit' })
      this.#line.send({ type: 'response.create' })
      this.#turn = { turn: 'thinking', waitingFor: undefined }
    } else this.#ownEars.finish()
    this.#letGo()
  }

  /** A touch is no word: it's dropped. */
  #touched(): void {
    if (this.#ears !== 'held') return
    this.#line.send({ type: 'input_audio_buffer.clear' })
    this.#ownEars.close()
    if (this.#settings.microphone === 'hold') this.#trouble = { kind: 'too-short' }
    this.#letGo()
  }

  #letGo(): void {
    if (this.#settings.microphone === 'open') this.#update(sessionSettings(this.#settings))
    this.#setEars(this.#restingEars)
  }

  #update(session: SessionUpdate): void {
    this.#line.send({ type: 'session.update', session: { type: 'realtime', ...session } })
  }

  async #apply(before: VoiceSettings): Promise<void> {
    const now = this.#settings
    if (now.inputDevice !== before.inputDevice) await this.#listen()
    if (now.outputDevice !== before.outputDevice) await this.#speakThrough()
    if (now.transport !== before.transport) {
      this.#fallSilent()
      this.#line.start(this.#parts.thread.id)
    } else if (now.microphone !== before.microphone || now.aloud !== before.aloud) this.#update(sessionSettings(now))
    if (now.ownRecognition !== before.ownRecognition) this.#chooseEars()
    else if (now.microphone !== before.microphone && this.#ears !== 'none') this.#setEars(this.#restingEars)
  }

  #captured({ samples, level }: CapturedPiece): void {
    if (this.#ears !== 'open' && this.#ears !== 'held') return
    if (!this.#mouth.isSounding) this.#parts.level(level)
    if (this.#isRtc || this.#recognition !== 'server') return
    this.#line.send({ type: 'input_audio_buffer.append', audio: toBase64(samples) })
  }

  /** So that the conversation knows only what was heard. */
  #truncate({ itemId, playedMs }: PlayedItem, contentIndex: number): void {
    this.#line.send({
      type: 'conversation.item.truncate',
      item_id: itemId,
      content_index: contentIndex,
      audio_end_ms: playedMs,
    })
  }

  /** Nothing more is heard of the answer that is being spoken. */
  #fallSilent(): void {
    this.#mouth.clear(this.#responseId)
  }

  #take(event: ServerEvent): void {
    this.#turn = turnAfter(event, this.#turn)
    this.#captions.take(event)
    this.#turns.take(event)
    this.#mouth.take(event)
    switch (event.type) {
      case 'response.output_audio.delta':
        return
      case 'session.created':
        if (event.nightdesk !== undefined) this.#parts.thread.continueAs(event.nightdesk.conversation_id)
        break
      case 'input_audio_buffer.speech_started':
        if (this.#mouth.isSounding) this.#fallSilent()
        this.#trouble = undefined
        break
      case 'response.created':
        this.#responseId = event.response.id
        break
      case 'response.done':
        if (event.response.id === this.#responseId) this.#responseId = undefined
        this.#leaveIfDrained()
        break
      case 'nightdesk.status':
        if (event.code !== undefined) this.#told(event.code, event.text)
        break
      case 'nightdesk.notice':
        if (event.response_id === null) this.#told(event.code, event.text)
        break
      case 'error':
        if (event.error.code === 'input_audio_buffer_commit_empty') this.#trouble = { kind: 'too-short' }
        // What we asked too late (to cancel what is over) is no trouble of the listener's.
        else if (event.error.type === 'server_error') this.#told(event.error.code, event.error.message)
        break
      case 'nightdesk.draining':
        this.#isDraining = true
        this.#leaveIfDrained()
        setTimeout(() => this.#leave(), Math.max(0, event.deadline_ms - beforeDeadlineMs))
        break
    }
    this.#parts.changed()
  }

  /** What the server lacks is made up for where it can be; anything else is for the listener to know. */
  #told(code: string, text: string | undefined): void {
    if (code === 'no_speech_recognition') {
      this.#hasServerEars = false
      this.#chooseEars()
    } else if (code === 'no_voice') {
      if (text === undefined || text === '') this.#mouth.useOwnVoice(this.#settings.aloud)
      else if (this.#settings.aloud) this.#mouth.standIn(text)
    } else if (text !== undefined && text !== '') this.#trouble = { kind: 'said', text }
  }

  /** The server doesn't hear: the browser does, where it can and may; else one types. */
  #chooseEars(): void {
    if (this.#hasServerEars) return
    this.#deaf(undefined)
    if (this.#recognition === 'browser') this.#setEars(this.#restingEars)
  }

  #ownInterim(text: string): void {
    if (this.#mouth.isSounding) {
      if (!isInterruption(text, this.#captions.lately)) return
      this.stop()
    }
    this.#captions.hear(text, false)
    this.#turn = { turn: 'hearing', waitingFor: undefined }
    this.#line.send({ type: 'nightdesk.hearing', text })
    this.#parts.changed()
  }

  /** What is being said is heard to its end first. */
  #leaveIfDrained(): void {
    if (!this.#mouth.isSounding && this.#turn.turn === 'listening') this.#leave()
  }

  #leave(): void {
    if (!this.#isDraining) return
    this.#isDraining = false
    this.#line.renew()
  }

  #lineChanged(state: LineState, reason: string | undefined): void {
    if (reason !== undefined) this.#trouble = { kind: 'said', text: reason }
    if (state === 'open' && this.#trouble?.kind === 'said') this.#trouble = undefined
    if (state === 'lost') this.#isDraining = false
    this.#parts.changed()
  }
}

function troubleOf(error: unknown): Trouble {
  return { kind: 'sound', trouble: error instanceof SoundError ? error.trouble : 'unsupported' }
}
