import type { ServerEvent, WaitingFor } from '#voice-bot/protocol.ts'
import type { Page } from '../page.ts'
import { listenForAwakening } from './awakening.ts'
import { type Caption, Captions } from './captions.ts'
import { Ears } from './ears.ts'
import { Line, type LineState } from './line.ts'
import { Mouth } from './mouth.ts'
import { isInterruption } from './own-recogniser.ts'
import { rtcLinks } from './rtc-link.ts'
import { ServerSide } from './server-side.ts'
import { sessionSettings } from './session-settings.ts'
import { openSocketLink } from './socket-link.ts'
import { SoundError } from './sound.ts'
import { SoundKeeper } from './sound-keeper.ts'
import { Tabs } from './tabs.ts'
import { type ShownState, shownState } from './talk-state.ts'
import type { Trouble } from './trouble.ts'
import { voiceAccess } from './voice-access.ts'
import { storedVoiceSettings, storeVoiceSettings, type VoiceSettings } from './voice-settings.ts'
import { type Thread, VoiceTurns } from './voice-turns.ts'
import { ScreenLock } from './wake-lock.ts'

/** Before a server ends we are elsewhere. */
const beforeDeadlineMs = 500
/** The protocol's ids have at most 32 characters. */
const idChars = 20

/** What the page tells of the conversation that is talked on. */
export interface TalkThread extends Thread {
  readonly id: string | undefined
  continueAs(conversationId: string): void
}

/** What there is to be seen. */
export interface TalkView {
  state: ShownState
  waitingFor: WaitingFor | undefined
  /** Somebody can be heard, if they want to be. */
  hasEars: boolean
  caption: Caption | undefined
  trouble: Trouble | undefined
  /** The server has no speech recognition, and the browser's may only hear with a yes. */
  asksForOwnRecognition: boolean
  /** Where speech becomes text. */
  recognition: 'server' | 'browser' | 'none'
  settings: VoiceSettings
}

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
  readonly #server: ServerSide
  readonly #line: Line
  readonly #mouth: Mouth
  readonly #ears: Ears
  readonly #screen = new ScreenLock()
  readonly #keeper: SoundKeeper
  readonly #tabs: Tabs
  #settings = storedVoiceSettings()
  #opening: Promise<void> | undefined
  #trouble: Trouble | undefined
  /** Of the latest answer. */
  #responseId: string | undefined
  #isAnswering = false
  #isDraining = false

  constructor(parts: TalkParts) {
    this.#parts = parts
    this.#turns = new VoiceTurns(parts.thread)
    this.#server = new ServerSide(parts.changed)
    this.#mouth = this.#makeMouth()
    this.#ears = this.#makeEars()
    this.#line = this.#makeLine()
    this.#keeper = this.#makeKeeper()
    this.#tabs = new Tabs(() => this.#ears.yieldToOther())
    listenForAwakening(() => {
      this.#keeper.wake()
      this.#line.check()
    })
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#ears.pluggedIn())
  }

  get isOn(): boolean {
    return this.#line.state !== 'closed' || this.#opening !== undefined
  }

  /** An answer is being made or spoken. */
  get isBusy(): boolean {
    return this.isOn && (this.#mouth.isSounding || this.#server.isBusy)
  }

  get view(): TalkView {
    const isOpening = this.#opening !== undefined && this.#line.state === 'closed'
    return {
      state: shownState({
        line: isOpening ? 'connecting' : this.#line.state,
        turn: this.#server.turn,
        isSounding: this.#mouth.isSounding,
        ears: this.#ears.state,
      }),
      waitingFor: this.#server.waitingFor,
      hasEars: this.#ears.state !== 'none',
      caption: this.#captions.current,
      trouble: this.#trouble,
      asksForOwnRecognition: this.isOn && this.#ears.asks,
      recognition: this.#ears.recognition,
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
    this.#ears.reset()
    this.#mouth.reset()
    this.#screen.release()
    this.#keeper.close()
    this.#trouble = undefined
    this.#server.expect('listening')
    this.#captions.forget()
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
    if (this.isBusy) this.stop()
    const itemId = `item_${crypto.randomUUID().replaceAll('-', '').slice(0, idChars)}`
    this.#captions.hear(text, true)
    this.#turns.typed(itemId, text)
    this.#server.expect('thinking')
    const content: { type: 'input_text'; text: string }[] = [{ type: 'input_text', text }]
    this.#line.sendItem(itemId, [
      { type: 'conversation.item.create', item: { id: itemId, type: 'message', role: 'user', content } },
      { type: 'response.create' },
    ])
    this.#parts.changed()
  }

  /** Silent at once, and the rest of the answer isn't made. */
  stop(): void {
    if (this.#line.state === 'closed') return
    if (this.#isAnswering) this.#line.send({ type: 'response.cancel' })
    if (this.#isRtc) this.#line.send({ type: 'output_audio_buffer.clear' })
    this.#mouth.clear(this.#responseId)
    this.#server.expect('listening')
    this.#parts.changed()
  }

  toggleMuted(): void {
    this.#ears.toggleMuted()
  }

  /** The key or the button to talk went down. */
  holdDown(): void {
    this.#ears.down()
  }

  /** It came up again. */
  holdUp(): void {
    this.#ears.up()
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

  #makeMouth(): Mouth {
    return new Mouth({
      sound: () => this.#keeper.sound,
      isTrack: () => this.#isRtc,
      changed: () => {
        this.#leaveIfDrained()
        this.#parts.changed()
      },
      reached: (item) => this.#captions.playing(item),
      // So that the conversation knows only what was heard.
      cutOff: ({ itemId, playedMs }, contentIndex) =>
        this.#line.send({
          type: 'conversation.item.truncate',
          item_id: itemId,
          content_index: contentIndex,
          audio_end_ms: playedMs,
        }),
      level: this.#parts.level,
    })
  }

  #makeEars(): Ears {
    return new Ears({
      sound: () => this.#keeper.sound,
      settings: () => this.#settings,
      lang: () => this.#parts.page.lang,
      send: (event) => this.#line.send(event),
      level: (level) => {
        if (!this.#mouth.isSounding) this.#parts.level(level)
      },
      changed: this.#parts.changed,
      trouble: (trouble) => {
        this.#trouble = trouble
      },
      opened: () => {
        this.#line.listenTo(this.#keeper.sound?.stream)
        this.#tabs.take()
      },
      began: () => {
        if (!this.isOn) void this.start()
        else if (this.#mouth.isSounding) this.stop()
      },
      said: () => this.#server.expect('thinking'),
      own: { interim: (text) => this.#ownInterim(text), final: (text) => this.say(text) },
    })
  }

  #makeLine(): Line {
    const openRtcLink = rtcLinks({ stream: () => this.#keeper.sound?.stream, player: this.#mouth.player })
    return new Line({
      open: () => (this.#isRtc ? openRtcLink : openSocketLink),
      ...voiceAccess(this.#parts.page),
      greeting: () => [{ type: 'session.update', session: sessionSettings(this.#settings) }],
      event: (event) => this.#take(event),
      changed: (state, reason) => this.#lineChanged(state, reason),
    })
  }

  #makeKeeper(): SoundKeeper {
    return new SoundKeeper({
      captured: (piece) => this.#ears.captured(piece),
      played: (report) => this.#mouth.played(report),
      microphoneLost: () => void this.#ears.unplugged(),
      held: (isHeld) => {
        if (isHeld) this.#trouble = { kind: 'sound-held' }
        else if (this.#trouble?.kind === 'sound-held') this.#trouble = undefined
        this.#parts.changed()
      },
    })
  }

  async #open(): Promise<void> {
    this.#trouble = undefined
    this.#mouth.useOwnVoice(false)
    try {
      await this.#keeper.open()
    } catch (error) {
      this.#trouble = { kind: 'sound', trouble: error instanceof SoundError ? error.trouble : 'unsupported' }
      return
    }
    await this.#ears.open()
    await this.#speakThrough()
    this.#line.start(this.#parts.thread.id)
    this.#screen.keep()
  }

  async #speakThrough(): Promise<void> {
    const { outputDevice } = this.#settings
    try {
      await this.#keeper.sound?.speakThrough(outputDevice)
      await this.#mouth.player.setSinkId?.(outputDevice)
    } catch {
      // It isn't plugged in: the system's choice serves.
    }
  }

  async #apply(before: VoiceSettings): Promise<void> {
    const now = this.#settings
    if (now.inputDevice !== before.inputDevice) await this.#ears.open()
    if (now.outputDevice !== before.outputDevice) await this.#speakThrough()
    if (now.transport !== before.transport) {
      this.#mouth.clear(this.#responseId)
      this.#line.start(this.#parts.thread.id)
    } else if (now.microphone !== before.microphone || now.aloud !== before.aloud) {
      this.#line.send({ type: 'session.update', session: sessionSettings(now) })
    }
    if (now.ownRecognition !== before.ownRecognition) this.#ears.choose()
    else if (now.microphone !== before.microphone) this.#ears.rest()
  }

  #take(event: ServerEvent): void {
    // Sound that was on its way when it was stopped doesn't begin it again.
    const isLate = event.type === 'response.output_audio.delta' && this.#mouth.isStopped(event.response_id)
    if (!isLate) this.#server.take(event)
    this.#captions.take(event)
    this.#turns.take(event)
    this.#mouth.take(event)
    switch (event.type) {
      case 'response.output_audio.delta':
        return
      case 'session.created':
        if (event.nightdesk !== undefined) this.#parts.thread.continueAs(event.nightdesk.conversation_id)
        if (event.nightdesk?.resumed !== true) this.#begun()
        break
      case 'input_audio_buffer.speech_started':
        if (this.#mouth.isSounding) this.#mouth.clear(this.#responseId)
        this.#trouble = undefined
        break
      case 'response.created':
        this.#responseId = event.response.id
        this.#isAnswering = true
        break
      case 'response.done':
        this.#isAnswering = false
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

  /** A new session knows nothing of what the one before was doing. */
  #begun(): void {
    this.#isAnswering = false
    this.#turns.brokeOff()
  }

  /** What the server lacks is made up for where it can be; anything else is for the listener to know. */
  #told(code: string, text = ''): void {
    if (code === 'no_speech_recognition') this.#ears.serverIsDeaf()
    else if (code === 'no_voice') {
      if (text === '') this.#mouth.useOwnVoice(this.#settings.aloud)
      else if (this.#settings.aloud) this.#mouth.standIn(text)
    } else if (text !== '') this.#trouble = { kind: 'said', text }
  }

  #ownInterim(text: string): void {
    if (this.#mouth.isSounding) {
      if (!isInterruption(text, this.#captions.lately)) return
      this.stop()
    }
    this.#captions.hear(text, false)
    this.#server.expect('hearing')
    this.#line.send({ type: 'nightdesk.hearing', text })
    this.#parts.changed()
  }

  /** What is being said is heard to its end first. */
  #leaveIfDrained(): void {
    if (!this.#mouth.isSounding && this.#server.turn === 'listening') this.#leave()
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
