import type { Page } from '../page.ts'
import { listenForAwakening } from './awakening.ts'
import { Captions } from './captions.ts'
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
import { TalkEvents } from './talk-events.ts'
import { shownState } from './talk-state.ts'
import type { TalkView } from './talk-view.ts'
import type { Trouble } from './trouble.ts'
import { voiceAccess } from './voice-access.ts'
import { storedVoiceSettings, storeVoiceSettings, type VoiceSettings } from './voice-settings.ts'
import { type Thread, VoiceTurns } from './voice-turns.ts'
import { ScreenLock } from './wake-lock.ts'

/** The protocol's ids have at most 32 characters. */
const idChars = 20

/** What the page tells of the conversation that is talked on. */
export interface TalkThread extends Thread {
  readonly id: string | undefined
  continueAs(conversationId: string): void
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
  readonly #events: TalkEvents
  #settings = storedVoiceSettings()
  #opening: Promise<void> | undefined
  #trouble: Trouble | undefined

  constructor(parts: TalkParts) {
    this.#parts = parts
    this.#turns = new VoiceTurns(parts.thread)
    this.#server = new ServerSide(parts.changed)
    this.#mouth = this.#makeMouth()
    this.#ears = this.#makeEars()
    this.#line = this.#makeLine()
    this.#events = this.#makeEvents()
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
    if (this.#events.isAnswering) this.#line.send({ type: 'response.cancel' })
    if (this.#isRtc) this.#line.send({ type: 'output_audio_buffer.clear' })
    this.#mouth.clear(this.#events.responseId)
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
        this.#events.leaveIfDrained()
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
      event: (event) => this.#events.take(event),
      changed: (state, reason) => this.#lineChanged(state, reason),
    })
  }

  #makeEvents(): TalkEvents {
    return new TalkEvents({
      turns: this.#turns,
      captions: this.#captions,
      server: this.#server,
      mouth: this.#mouth,
      ears: this.#ears,
      line: this.#line,
      isAloud: () => this.#settings.aloud,
      continueAs: (conversationId) => this.#parts.thread.continueAs(conversationId),
      trouble: (trouble) => (this.#trouble = trouble),
      changed: this.#parts.changed,
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
      this.#mouth.clear(this.#events.responseId)
      this.#line.start(this.#parts.thread.id)
    } else if (now.microphone !== before.microphone || now.aloud !== before.aloud) {
      this.#line.send({ type: 'session.update', session: sessionSettings(now) })
    }
    if (now.ownRecognition !== before.ownRecognition) this.#ears.choose()
    else if (now.microphone !== before.microphone) this.#ears.rest()
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

  #lineChanged(state: LineState, reason: string | undefined): void {
    if (reason !== undefined) this.#trouble = { kind: 'said', text: reason }
    if (state === 'open' && this.#trouble?.kind === 'said') this.#trouble = undefined
    if (state === 'lost') this.#events.lost()
    this.#parts.changed()
  }
}
