import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'
import { GatheredSound } from './gathered-sound.ts'
import type { Mood } from './mood.ts'
import { soundWithin } from './output-limit.ts'
import { ownHeardMs, type Reply } from './reply.ts'
import { tellBegun } from './reply-latency.ts'
import { restsOn } from './rests-on.ts'
import { SaidWords } from './said-words.ts'
import type { SessionScope } from './session-parts.ts'

export interface ReplySoundParts extends SessionScope {
  mood: Mood
  /** Words of ours can be heard from now on; all of them so far. */
  onWords: (words: string) => void
}

/** How replies sound: their words, the sound of those on its way to the client, and how much of it was heard. */
export class ReplySound {
  readonly #parts: ReplySoundParts
  readonly #gathered: GatheredSound
  readonly #said = new SaidWords()
  /** Whose sound is given out. */
  #sounding: Reply | undefined
  #last: Reply | undefined
  /** Whose sound is on the track; its end has not been told yet. */
  #onTrack: Reply | undefined

  constructor(parts: ReplySoundParts) {
    this.#parts = parts
    this.#gathered = new GatheredSound({
      timing: parts.parts.timing,
      leadMs: () => parts.playback.leadMs,
      send: (samples, sampleRate) => this.#send(samples, sampleRate),
    })
  }

  /** The reply that was heard last, and may be heard still; undefined: none was ever. */
  get last(): Reply | undefined {
    return this.#last
  }

  /** Words whose sound comes next. */
  sentence(reply: Reply, { text, written, filler }: { text: string; written: string; filler: boolean }): void {
    const { send, mood, parts } = this.#parts
    this.#gathered.flush()
    reply.marks.wordsAt ??= parts.timing.nowMs()
    if (!reply.hasBegun) mood.is('thinking', 'voice')
    reply.writer.transcript(text)
    reply.words = reply.words === '' ? text : `${reply.words} ${text}`
    const item_id = reply.writer.itemId
    const { index, startMs } = this.#said.say(item_id, text, reply.lang)
    send({
      type: 'nightdesk.caption',
      response_id: reply.writer.options.id,
      item_id,
      text,
      written,
      filler,
      citations: restsOn(written, reply.citations),
      index,
      audio_start_ms: Math.round(startMs),
    })
    if (reply.hasBegun) this.#parts.onWords(reply.words)
  }

  /** @returns Whether it was no more than its client wants; otherwise the rest of it is left out. */
  play(reply: Reply, { samples, sampleRate, words }: SpokenAudio & { sampleRate: number }): boolean {
    const of = reply.turn ?? reply.writer.options.id
    const { send } = this.#parts
    const { itemId: item_id, options } = reply.writer
    for (const { index, startMs } of this.#said.play(item_id, { samples, words }, { sampleRate, of })) {
      const audio_start_ms = Math.round(startMs)
      send({ type: 'nightdesk.caption_sound', response_id: options.id, item_id, index, audio_start_ms })
    }
    // The times of words may come without sound.
    if (samples.length === 0) return true
    const isFirst = !reply.hasBegun
    if (isFirst && this.#parts.hasTrack()) this.#started(reply)
    if (this.#sounding !== reply) this.#gathered.flush()
    this.#sounding = reply
    const fitting = soundWithin(samples, sampleRate, reply.writer.soundTokensLeft)
    this.#gathered.push(fitting, sampleRate)
    if (isFirst) {
      this.#last = reply
      tellBegun(reply, this.#parts)
      this.#parts.onWords(reply.words)
    }
    if (reply.writer.options.maxOutputTokens === 'inf') return true
    // What waits to be sent is counted only then.
    this.#gathered.flush()
    return fitting.length === samples.length
  }

  /** Nothing more of it comes: what waits is sent. */
  finish(reply: Reply): void {
    if (reply === this.#sounding) this.#gathered.flush()
  }

  /** What waits is sent before something else is. */
  flush(): void {
    this.#gathered.flush()
  }

  /** What waits will not be heard. */
  drop(): void {
    this.#gathered.drop()
  }

  /** Sound that may still be heard of a response that is over is cut off. */
  cutOff(): void {
    const reply = this.#last
    if (reply !== undefined && this.#parts.playback.isPlaying) this.silence(reply)
  }

  /** Falls silent at once. @returns What was heard of its last item; undefined where that isn't said aloud. */
  silence(reply: Reply): string | undefined {
    const { playback, hasTrack, send, inputs, items } = this.#parts
    const itemId = reply.writer.lastItemId
    this.#gathered.drop()
    playback.clear()
    const heardMs = (itemId === undefined ? undefined : playback.heardMs(itemId)) ?? 0
    if (hasTrack() && reply.hasBegun) {
      this.#onTrack = undefined
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
    if (reply.turn !== undefined)
      void inputs.send({ kind: 'interruption', heardMs: ownHeardMs(reply, heardMs), turn: reply.turn })
    const heard = itemId === undefined ? undefined : this.#said.heard(itemId, heardMs)
    if (itemId !== undefined && heard !== undefined) items.cut(itemId, heard)
    return heard
  }

  /** All that was given out has been heard, and no more of it comes. */
  stopped(): void {
    const response_id = this.#onTrack?.writer.options.id
    this.#onTrack = undefined
    if (response_id !== undefined && this.#parts.hasTrack())
      this.#parts.send({ type: 'output_audio_buffer.stopped', response_id })
  }

  /** Which words of an item were heard by then; undefined: it was never said aloud. */
  wordsHeard(itemId: string, heardMs: number): string | undefined {
    return this.#said.heard(itemId, heardMs)
  }

  #started(reply: Reply): void {
    this.stopped()
    this.#onTrack = reply
    this.#parts.send({ type: 'output_audio_buffer.started', response_id: reply.writer.options.id })
  }

  #send(samples: Int16Array, sampleRate: number): void {
    const reply = this.#sounding
    if (reply === undefined || reply.writer.isDone) return
    const { playback, hasTrack } = this.#parts
    const { itemId } = reply.writer
    if (hasTrack()) reply.writer.counted(samples, sampleRate)
    else reply.writer.audio(samples, sampleRate)
    playback.play(itemId, samples, sampleRate)
  }
}
