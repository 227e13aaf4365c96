import type { ClientEvent } from '#voice-bot/protocol.ts'
import type { PageLang } from '../words.ts'
import type { CapturedPiece } from './capture-worklet.ts'
import { KeyHold } from './key-hold.ts'
import { OwnEars } from './own-ears.ts'
import type { RecogniserListener } from './own-recogniser.ts'
import { toBase64 } from './pcm.ts'
import { sessionSettings } from './session-settings.ts'
import { type Sound, SoundError, type SoundTrouble } from './sound.ts'
import type { TalkFacts } from './talk-state.ts'
import type { Trouble } from './trouble.ts'
import type { VoiceSettings } from './voice-settings.ts'

export interface EarsParts {
  sound: () => Sound | undefined
  settings: () => VoiceSettings
  lang: () => PageLang
  send: (event: ClientEvent) => void
  level: (level: number) => void
  changed: () => void
  trouble: (trouble: Trouble | undefined) => void
  /** A microphone listens, perhaps another one than before. */
  opened: () => void
  /** The key went down: whoever speaks falls silent. */
  began: () => void
  /** Something was said for the server to answer. */
  said: () => void
  /** What the browser's own recogniser hears. */
  own: Pick<RecogniserListener, 'interim' | 'final'>
}

/** Who is heard, when, and by whom: the microphone, always open or by a key; the server's recognition, or the browser's. */
export class Ears {
  readonly #parts: EarsParts
  readonly #own: OwnEars
  readonly #hold: KeyHold
  #state: TalkFacts['ears'] = 'none'
  #serverHears = true
  /** There is no microphone, and one would do. */
  #wantsMicrophone = false

  constructor(parts: EarsParts) {
    this.#parts = parts
    this.#own = new OwnEars({
      ...parts.own,
      failed: (reason) => this.fail({ kind: `own-recognition-${reason}` }),
    })
    this.#hold = new KeyHold({
      began: () => this.#began(),
      ended: () => this.#ended(),
      touched: () => this.#touched(),
    })
  }

  get state(): TalkFacts['ears'] {
    return this.#state
  }

  /** Where speech becomes text. */
  get recognition(): 'server' | 'browser' | 'none' {
    if (this.#serverHears) return 'server'
    return this.#own.isAllowed(this.#parts.settings()) ? 'browser' : 'none'
  }

  /** The browser could recognise speech, and nobody has said yet whether it may. */
  get asks(): boolean {
    return !this.#serverHears && this.#own.mayBeAsked(this.#parts.settings())
  }

  /** Opens the microphone that is chosen. */
  async open(): Promise<void> {
    const trouble = await this.#listen()
    if (trouble === undefined) {
      this.#become(this.#hold.isDown ? 'held' : this.#resting)
      return
    }
    this.#wantsMicrophone = trouble === 'no-microphone'
    this.fail({ kind: 'sound', trouble })
  }

  /** The microphone was unplugged: another serves, if there is one. */
  async unplugged(): Promise<void> {
    const before = this.#state
    if (before === 'none') return
    if ((await this.#listen()) !== undefined) {
      this.#wantsMicrophone = true
      this.fail({ kind: 'microphone-lost' })
      return
    }
    this.#parts.trouble({ kind: 'microphone-changed' })
    this.#become(before)
  }

  /** Something was plugged in: it may be the microphone that is missing. */
  async pluggedIn(): Promise<void> {
    if (!this.#wantsMicrophone || this.#state !== 'none' || this.#parts.sound() === undefined) return
    this.#wantsMicrophone = false
    if ((await this.#listen()) !== undefined) {
      this.#wantsMicrophone = true
      return
    }
    this.#parts.trouble(undefined)
    this.#become(this.#resting)
  }

  /** Another tab listens now. */
  yieldToOther(): void {
    if (!this.#isOpen) return
    this.#parts.trouble({ kind: 'other-tab' })
    this.#become('muted')
  }

  /** Nobody is heard any more, and why. */
  fail(trouble: Trouble): void {
    this.#close()
    this.#parts.trouble(trouble)
    this.#parts.changed()
  }

  /** As if one had never talked. */
  reset(): void {
    this.#close()
    this.#hold.reset()
    this.#serverHears = true
    this.#wantsMicrophone = false
  }

  toggleMuted(): void {
    if (this.#state === 'none') return
    const isMuted = this.#state === 'muted'
    if (isMuted) {
      this.#parts.trouble(undefined)
      this.#parts.opened()
    }
    this.#become(isMuted ? this.#resting : 'muted')
  }

  down(): void {
    this.#hold.down()
  }

  up(): void {
    this.#hold.up()
  }

  captured({ samples, level }: CapturedPiece): void {
    if (!this.#isOpen) return
    this.#parts.level(level)
    if (this.recognition === 'server' && !this.#isTrack) {
      this.#parts.send({ type: 'input_audio_buffer.append', audio: toBase64(samples) })
    }
  }

  /** The server has no speech recognition. */
  serverIsDeaf(): void {
    this.#serverHears = false
    this.choose()
  }

  /** Where the server doesn't hear the browser does, if it can and may; else one types. */
  choose(): void {
    if (this.#serverHears) return
    // On phones only one can have the microphone.
    this.#close()
    if (this.recognition === 'browser') this.#become(this.#resting)
    this.#parts.changed()
  }

  /** Whether it always listens was chosen anew. */
  rest(): void {
    if (this.#state !== 'none') this.#become(this.#resting)
  }

  get #isTrack(): boolean {
    return this.#parts.settings().transport === 'webrtc'
  }

  get #isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'held'
  }

  get #resting(): 'open' | 'released' {
    return this.#parts.settings().microphone === 'open' ? 'open' : 'released'
  }

  /** @returns Why there is no microphone. */
  async #listen(): Promise<SoundTrouble | undefined> {
    const { inputDevice } = this.#parts.settings()
    try {
      await this.#parts.sound()?.listen(inputDevice === '' ? undefined : inputDevice)
      this.#parts.opened()
      return undefined
    } catch (error) {
      return error instanceof SoundError ? error.trouble : 'unsupported'
    }
  }

  #close(): void {
    this.#parts.sound()?.stopListening()
    this.#own.close()
    this.#state = 'none'
    this.#parts.level(0)
  }

  #become(state: TalkFacts['ears']): void {
    this.#state = state
    for (const track of this.#parts.sound()?.stream?.getAudioTracks() ?? []) {
      track.enabled = this.#isOpen || !this.#isTrack
    }
    if (this.recognition === 'browser') {
      if (this.#isOpen) this.#own.start(this.#parts.lang())
      else if (state === 'muted') this.#own.close()
    }
    if (!this.#isOpen) this.#parts.level(0)
    this.#parts.changed()
  }

  #began(): void {
    this.#parts.trouble(undefined)
    this.#parts.began()
    if (this.#state === 'none') return
    if (this.#resting === 'open') {
      const session = { type: 'realtime', audio: { input: { turn_detection: null } } } as const
      this.#parts.send({ type: 'session.update', session })
    }
    this.#become('held')
  }

  #ended(): void {
    if (this.#state !== 'held') return
    if (this.recognition === 'server') {
      this.#parts.send({ type: 'input_audio_buffer.commit' })
      this.#parts.send({ type: 'response.create' })
      this.#parts.said()
    } else this.#own.finish()
    this.#letGo()
  }

  /** A touch is no word: it's dropped. */
  #touched(): void {
    if (this.#state !== 'held') return
    this.#parts.send({ type: 'input_audio_buffer.clear' })
    this.#own.close()
    if (this.#resting === 'released') this.#parts.trouble({ kind: 'too-short' })
    this.#letGo()
  }

  #letGo(): void {
    const session = sessionSettings(this.#parts.settings())
    if (this.#resting === 'open') this.#parts.send({ type: 'session.update', session })
    this.#become(this.#resting)
  }
}
