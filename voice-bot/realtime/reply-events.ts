import type { ConversationEvent } from '#conversation/events.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'
import type { WaitingFor } from '../protocol.ts'
import type { StatusDetails } from '../protocol-items.ts'
import type { Mood } from './mood.ts'
import { textWithin } from './output-limit.ts'
import { ownHeardMs, type Reply, type TurnEventOf } from './reply.ts'
import { tellBegun, tellSounded } from './reply-latency.ts'
import type { ReplySound } from './reply-sound.ts'
import type { SessionScope } from './session-parts.ts'

export interface ReplyEventsParts extends SessionScope {
  mood: Mood
  sound: ReplySound
  /** A turn waits for a tool of the client's from now on; its reply ends with the call. */
  onClientCall: (turn: number) => void
  /** A reply is over, however it ended. */
  onEnd: (reply: Reply) => void
}

const waitsFor: Readonly<Record<TurnEventOf<'status'>['stage'], WaitingFor>> = {
  searching: 'documents',
  reading: 'documents',
  writing: 'model',
  checking: 'model',
}

/** Tells the client what the conversation gives out, and what the session says for itself, as events of a reply. */
export class ReplyEvents {
  readonly #parts: ReplyEventsParts

  constructor(parts: ReplyEventsParts) {
    this.#parts = parts
  }

  /** Something that the conversation gave out. */
  write(reply: Reply, event: ConversationEvent): void {
    const { send, mood, parts, sound } = this.#parts
    const response_id = reply.writer.options.id
    const isOutput = event.kind === 'delta' || event.kind === 'sentence' || event.kind === 'audio'
    if (isOutput && reply.writer.tokensLeft <= 0) {
      this.#endAtLimit(reply)
      return
    }
    switch (event.kind) {
      case 'status':
        if (!reply.hasBegun) mood.is('thinking', waitsFor[event.stage])
        return
      case 'delta':
        if (reply.mode === 'text') this.#written(reply, event.text)
        return
      case 'citation':
        reply.citations.push(event.citation)
        send({ type: 'nightdesk.citations', response_id, citations: reply.citations.map(parts.citationToWire) })
        return
      case 'sentence':
        if (reply.mode === 'spoken') sound.sentence(reply, event)
        return
      case 'audio':
        if (reply.mode === 'spoken') this.#play(reply, event)
        return
      case 'tool':
        this.#tool(reply, event)
        return
      case 'state':
        send({
          type: 'nightdesk.state',
          response_id,
          state: event.state,
          ...(event.step ? { step: event.step } : {}),
        })
        return
      case 'metrics': {
        const tokens = Object.values(event.metrics.promptTokens).reduce((sum, each) => sum + each, 0)
        reply.writer.from({ promptTokens: tokens, audioMs: 0 })
        return
      }
      case 'notice':
        send({ type: 'nightdesk.notice', response_id, code: event.code, text: event.text })
        return
      case 'done':
        this.#done(reply, event)
        return
      case 'interrupted':
        this.end(reply, { type: 'cancelled', reason: 'client_cancelled' })
        return
      case 'apology':
        // Its own failures are told in its words; nothing is thrown.
        void this.say(reply, event.text, {
          type: 'failed',
          error: { type: 'server_error', code: event.code, message: event.text },
        })
        return
    }
  }

  /** Words of the session's own. */
  async say(reply: Reply, text: string, ending: StatusDetails): Promise<void> {
    const { parts, mood, sound } = this.#parts
    const own = new AbortController()
    reply.own = own
    if (reply.mode === 'text') {
      reply.writer.text(text)
      this.end(reply, ending)
      return
    }
    sound.sentence(reply, { text, written: text, filler: false })
    const voice = parts.conversation.speech?.toSpeech
    try {
      if (voice !== undefined)
        for await (const audio of voice.say(once(text), { lang: reply.lang }, own.signal))
          if (!reply.isCancelled) this.#play(reply, { ...audio, sampleRate: voice.sampleRate })
    } catch (err) {
      if (own.signal.aborted) return
      parts.conversation.log.warn({ err }, 'words of the session could not be said')
      mood.says('no_voice', text, 'voice')
    }
    if (!reply.isCancelled) this.end(reply, ending)
  }

  /** Words that bridge a wait: all of them, or none where the wait is over before their sound is there. */
  async bridge(reply: Reply, text: string): Promise<void> {
    const { parts, sound } = this.#parts
    const voice = parts.conversation.speech?.toSpeech
    if (reply.mode === 'text' || voice === undefined) return
    const own = new AbortController()
    reply.own = own
    try {
      const spoken = await Array.fromAsync(voice.say(once(text), { lang: reply.lang }, own.signal))
      if (reply.isCancelled || reply.isAsked || reply.held !== undefined) return
      sound.sentence(reply, { text, written: text, filler: true })
      for (const audio of spoken) {
        reply.bridgedMs += durationMs(audio.samples.length, voice.sampleRate)
        this.#play(reply, { ...audio, sampleRate: voice.sampleRate })
      }
    } catch (err) {
      if (!own.signal.aborted) parts.conversation.log.warn({ err }, 'words of the session could not be said')
    }
  }

  end(reply: Reply, details: StatusDetails): void {
    if (reply.writer.isDone) return
    this.#parts.sound.finish(reply)
    reply.writer.end(details)
    this.#parts.parts.figures.response(details.type)
    this.#parts.onEnd(reply)
  }

  #done(reply: Reply, { answer }: TurnEventOf<'done'>): void {
    const { send, parts, mood, sound } = this.#parts
    if (reply.mode === 'text' && !reply.hasBegun) this.#written(reply, answer.answer)
    if (reply.isCancelled) return
    if (reply.mode === 'spoken' && reply.words === '') {
      sound.sentence(reply, { text: answer.spoken, written: answer.answer, filler: false })
      if (parts.conversation.speech?.toSpeech === undefined) mood.says('no_voice', answer.spoken)
    }
    send({ type: 'nightdesk.answer', response_id: reply.writer.options.id, answer: parts.answerToWire(answer) })
    tellSounded(reply, answer.traceId, this.#parts)
    this.end(reply, { type: 'completed' })
  }

  #written(reply: Reply, text: string): void {
    reply.marks.wordsAt ??= this.#parts.parts.timing.nowMs()
    tellBegun(reply, this.#parts)
    const fitting = textWithin(text, reply.writer.tokensLeft)
    reply.writer.text(fitting)
    if (fitting.length < text.length) this.#endAtLimit(reply)
  }

  #play(reply: Reply, audio: SpokenAudio & { sampleRate: number }): void {
    if (!this.#parts.sound.play(reply, audio)) this.#endAtLimit(reply)
  }

  /** It has become as long as its client wants it: what was given out is heard, and is what is remembered. */
  #endAtLimit(reply: Reply): void {
    if (reply.isCancelled) return
    const { inputs, playback, items, sound } = this.#parts
    const itemId = reply.writer.lastItemId
    reply.isCancelled = true
    sound.finish(reply)
    const heardMs = reply.mode === 'spoken' && itemId !== undefined ? playback.givenMs(itemId) : undefined
    const heard = itemId === undefined || heardMs === undefined ? undefined : sound.wordsHeard(itemId, heardMs)
    if (heard !== undefined) reply.writer.cut(heard)
    this.end(reply, { type: 'incomplete', reason: 'max_output_tokens' })
    if (itemId !== undefined && heardMs !== undefined) items.cut(itemId, heard ?? null)
    if (reply.turn === undefined) return
    const ownMs = heardMs === undefined ? undefined : ownHeardMs(reply, heardMs)
    void inputs.send({ kind: 'interruption', turn: reply.turn, heardMs: ownMs })
  }

  #tool(reply: Reply, { callId, tool, phase, text, atClient }: TurnEventOf<'tool'>): void {
    const { mood, sound, onClientCall } = this.#parts
    if (atClient !== true) {
      if (phase === 'started' && !reply.hasBegun) mood.is('waiting', 'tool')
      return
    }
    if (phase !== 'started' || reply.turn === undefined) return
    sound.flush()
    reply.writer.functionCall({ callId, name: tool, json: text })
    onClientCall(reply.turn)
    this.end(reply, { type: 'completed' })
    mood.is('waiting', 'tool')
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
