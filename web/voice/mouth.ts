import type { ServerEvent } from '#voice-bot/protocol.ts'
import { OwnVoice } from './own-voice.ts'
import { fromBase64 } from './pcm.ts'
import type { PlayedItem } from './playback.ts'
import type { PlaybackReport } from './playback-worklet.ts'
import type { Sound } from './sound.ts'
import { TrackClock } from './track-clock.ts'

export interface MouthParts {
  /** Where sound that comes as events is played. */
  sound: () => Sound | undefined
  /** Sound comes in a track of its own. */
  isTrack: () => boolean
  /** It began or ceased to be heard. */
  changed: () => void
  /** The listener has come so far. */
  reached: (item: PlayedItem) => void
  /** The listener heard no more than that of it. */
  cutOff: (item: PlayedItem, contentIndex: number) => void
  level: (level: number) => void
}

/** Our voice, whichever way it comes: as events, in a track, or from the browser itself where the server has none. */
export class Mouth {
  /** Plays the other side's track. */
  readonly player = new Audio()
  readonly #parts: MouthParts
  readonly #ownVoice = new OwnVoice((isSpeaking) => this.#sounding(isSpeaking))
  /** Answers that were stopped: whatever still comes of them is not heard. */
  readonly #stopped = new Set<string>()
  readonly #contentIndexes = new Map<string, number>()
  readonly #clock: TrackClock
  #usesOwnVoice = false
  #track: { stream: MediaStream; level: () => number } | undefined
  #isSounding = false

  constructor(parts: MouthParts) {
    this.#parts = parts
    this.player.autoplay = true
    this.#clock = new TrackClock((item) => {
      parts.reached(item)
      parts.level(this.#track?.level() ?? 0)
      parts.changed()
    })
  }

  /** Something can be heard. */
  get isSounding(): boolean {
    return this.#isSounding
  }

  take(event: ServerEvent): void {
    switch (event.type) {
      case 'response.output_audio.delta':
        if (this.#stopped.has(event.response_id)) break
        this.#contentIndexes.set(event.item_id, event.content_index)
        this.#play(event.item_id, event.delta)
        break
      case 'output_audio_buffer.started':
        this.player.muted = false
        this.#meterTrack()
        this.#clock.begin(event.response_id)
        this.#sounding(true)
        break
      case 'output_audio_buffer.stopped':
      case 'output_audio_buffer.cleared':
        this.#clock.end()
        this.#sounding(false)
        break
      case 'nightdesk.playback':
        if (event.action === 'hold') this.#hold()
        else this.#goOn(event.response_id)
        break
      case 'nightdesk.caption':
        this.#clock.captioned(event.response_id, event.item_id)
        if (this.#usesOwnVoice && !this.#stopped.has(event.response_id)) this.#ownVoice.say(event.text)
        break
    }
  }

  /** Whatever still comes of it is not heard. */
  isStopped(responseId: string): boolean {
    return this.#stopped.has(responseId)
  }

  /** What the audio thread tells. */
  played(report: PlaybackReport): void {
    if (report.kind === 'progress') {
      if (report.current !== undefined) this.#parts.reached(report.current)
      this.#parts.level(report.level)
      this.#sounding(!report.isEmpty)
    } else if (report.kind === 'silenced') this.#sounding(false)
    else if (report.heard !== undefined) {
      this.#parts.cutOff(report.heard, this.#contentIndexes.get(report.heard.itemId) ?? 0)
    }
  }

  /** Where the server has no voice the browser's own serves, if it has one. */
  useOwnVoice(isWanted: boolean): void {
    this.#usesOwnVoice = isWanted && OwnVoice.isThere
  }

  /** Says by the browser's voice what the server's failed to say. */
  standIn(text: string): void {
    if (!this.#usesOwnVoice && OwnVoice.isThere) this.#ownVoice.say(text)
  }

  /** Silent at once. @param responseId Nothing more of it is heard, however much still comes. */
  clear(responseId: string | undefined): void {
    if (responseId !== undefined) this.#stopped.add(responseId)
    this.#ownVoice.clear()
    if (this.#parts.isTrack()) {
      this.player.muted = true
      this.#clock.end()
      this.#sounding(false)
      return
    }
    const sound = this.#parts.sound()
    sound?.clear()
    // A thread that is asleep doesn't tell that it's silent.
    if (sound?.isRunning !== true) this.#sounding(false)
  }

  /** As if nothing had been said. */
  reset(): void {
    this.#ownVoice.clear()
    this.#stopped.clear()
    this.#contentIndexes.clear()
    this.#clock.end()
    this.#track = undefined
    this.#isSounding = false
  }

  #meterTrack(): void {
    const { srcObject } = this.player
    const sound = this.#parts.sound()
    if (!(srcObject instanceof MediaStream) || sound === undefined || srcObject === this.#track?.stream) return
    this.#track = { stream: srcObject, level: sound.meter(srcObject) }
  }

  /** It's spoken from now on, although the audio thread will only tell so in a moment. */
  #play(itemId: string, delta: string): void {
    const sound = this.#parts.sound()
    if (sound === undefined) return
    sound.play(itemId, fromBase64(delta))
    this.#sounding(true)
  }

  #hold(): void {
    this.player.muted = true
    this.#clock.hold()
    if (this.#usesOwnVoice) this.#ownVoice.hold()
    this.#parts.sound()?.hold()
  }

  #goOn(responseId: string): void {
    this.player.muted = false
    this.#clock.goOn(responseId)
    if (this.#usesOwnVoice) this.#ownVoice.goOn()
    this.#parts.sound()?.goOn()
  }

  #sounding(isSounding: boolean): void {
    if (isSounding === this.#isSounding) return
    this.#isSounding = isSounding
    if (!isSounding) this.#parts.level(0)
    this.#parts.changed()
  }
}
