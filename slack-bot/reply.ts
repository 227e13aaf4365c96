import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { AnswerEvent } from '#knowledge/answer.ts'
import type { Log } from '#runtime/log.ts'
import { SlackRefusedError } from './errors.ts'
import type { SlackMessage } from './layout/message.ts'
import { message } from './layout/message.ts'
import type { SlackCalls } from './slack-calls.ts'
import type { Words } from './words.ts'

export interface ReplyPlace {
  /** Of the question: its reply is found by it. */
  id: string
  team: string
  channel: string
  /** The thread to answer in. */
  thread: string
  /** Who asked. */
  user: string
}

export interface ReplyParts {
  calls: SlackCalls
  log: Log
  said: Words
  /** Told every message of the reply as soon as it stands in Slack, so that it is found again after a crash. */
  onPosted: (ts: readonly string[]) => Promise<void>
}

const replyEvent = 'nightdesk_reply'
const Ours = z
  .object({
    ts: z.string(),
    metadata: z.object({
      event_type: z.literal(replyEvent),
      event_payload: z.object({ question: z.string(), part: z.number() }),
    }),
  })
  .transform(({ ts, metadata }) => ({ ts, ...metadata.event_payload }))

type Stage = Extract<AnswerEvent, { kind: 'status' }>['stage']
const uneditable = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'streaming_state_conflict',
])
/** Text gathers for so long before it is shown. */
const charsAtOnce = 240

/**
 * One answer as it appears in a thread: streamed with what is being done, while Slack lets us; where it is used too
 * much, one message that is edited; where even that is, one message at the end.
 */
export class Reply {
  readonly #parts: ReplyParts
  readonly #place: ReplyPlace
  #posted: string[]
  #isStreaming = false
  #stage: Stage | undefined
  #pending = ''

  /** @param posted What already stands in Slack of an earlier try. */
  constructor(parts: ReplyParts, place: ReplyPlace, posted: readonly string[] = []) {
    this.#parts = parts
    this.#place = place
    this.#posted = [...posted]
  }

  /** Shows that work is under way. */
  async begin(signal: AbortSignal): Promise<void> {
    const { calls, said } = this.#parts
    if (this.#posted.length > 0) return
    if (calls.maySpend('chat.startStream') && (await this.#startStream(signal))) return
    if (calls.maySpend('chat.update')) await this.#post(message(said.placeholder), signal)
    else await this.#setStatus(signal)
  }

  /** An earlier try was cut off: what stands there says so. */
  async resume(text: string, signal: AbortSignal): Promise<void> {
    if (this.#posted.length === 0) await this.#note(await this.#lost(signal))
    const [ts] = this.#posted
    if (ts === undefined) return await this.begin(signal)
    await this.#closeStream(ts, signal)
    await this.#edit(ts, message(text), signal)
  }

  async stage(stage: Stage, signal: AbortSignal): Promise<void> {
    const before = this.#stage
    this.#stage = stage
    if (!this.#isStreaming || before === stage) return
    const done = before === undefined ? [] : [this.#task(before, 'complete')]
    await this.#append([...this.#takePending(), ...done, this.#task(stage, 'in_progress')], signal)
  }

  async text(piece: string, signal: AbortSignal): Promise<void> {
    if (!this.#isStreaming) return
    this.#pending += piece
    if (this.#pending.length >= charsAtOnce) await this.#append(this.#takePending(), signal)
  }

  /** The reply as it stays; messages of an earlier try that are too many go. @returns where it stands. */
  async finish(messages: readonly SlackMessage[], signal: AbortSignal): Promise<readonly string[]> {
    const [first] = this.#posted
    if (this.#isStreaming && first !== undefined) await this.#closeStream(first, signal)
    this.#isStreaming = false
    for (const [at, each] of messages.entries()) {
      const ts = this.#posted[at]
      if (ts !== undefined && (await this.#edit(ts, each, signal))) continue
      await this.#post(each, signal, at)
      if (ts !== undefined) await this.#remove(ts, signal)
    }
    for (const ts of this.#posted.splice(messages.length)) await this.#remove(ts, signal)
    await this.#parts.onPosted(this.#posted)
    return this.#posted
  }

  /** Nothing of it stays: the answer goes elsewhere, or the question is gone. */
  async withdraw(signal: AbortSignal): Promise<void> {
    const [first] = this.#posted
    if (this.#isStreaming && first !== undefined) await this.#closeStream(first, signal)
    this.#isStreaming = false
    for (const ts of this.#posted.splice(0)) await this.#remove(ts, signal)
    await this.#parts.onPosted([])
  }

  async #startStream(signal: AbortSignal): Promise<boolean> {
    const { calls, log } = this.#parts
    const { team, channel, thread, user } = this.#place
    try {
      await calls.turnIn(channel, signal)
      const started = await calls.call(
        'chat.startStream',
        (client) =>
          client.chat.startStream({
            channel,
            thread_ts: thread,
            recipient_team_id: team,
            recipient_user_id: user,
            task_display_mode: 'timeline',
            chunks: [this.#task('searching', 'in_progress')],
          }),
        signal,
        'if-possible',
      )
      if (started.ts === undefined) return false
      this.#stage = 'searching'
      this.#isStreaming = true
      await this.#note([started.ts])
      return true
    } catch (err) {
      signal.throwIfAborted()
      log.debug({ err }, 'this answer is not streamed')
      return false
    }
  }

  /** What can't be shown on the way is in the answer anyway. */
  async #append(chunks: types.AnyChunk[], signal: AbortSignal): Promise<void> {
    const { calls, log } = this.#parts
    const [ts] = this.#posted
    if (ts === undefined || chunks.length === 0 || !calls.maySpend('chat.appendStream')) return
    try {
      const { channel } = this.#place
      await calls.call(
        'chat.appendStream',
        (client) => client.chat.appendStream({ channel, ts, chunks }),
        signal,
        'if-possible',
      )
    } catch (err) {
      signal.throwIfAborted()
      log.debug({ err }, 'this answer is not streamed any further')
      this.#isStreaming = false
      await this.#closeStream(ts, signal)
    }
  }

  #takePending(): types.AnyChunk[] {
    const text = harmless(this.#pending)
    this.#pending = ''
    return text === '' ? [] : [{ type: 'markdown_text', text }]
  }

  #task(stage: Stage, status: 'in_progress' | 'complete'): types.TaskUpdateChunk {
    return { type: 'task_update', id: stage, title: this.#parts.said[stage], status }
  }

  async #closeStream(ts: string, signal: AbortSignal): Promise<void> {
    const { calls, log } = this.#parts
    const { channel } = this.#place
    const done = this.#stage === undefined ? [] : [this.#task(this.#stage, 'complete')]
    try {
      const stop = { channel, ts, ...(done.length > 0 && { chunks: done }) }
      await calls.call('chat.stopStream', (client) => client.chat.stopStream(stop), signal)
    } catch (err) {
      signal.throwIfAborted()
      log.debug({ err }, 'a stream was stopped already')
    }
  }

  /** What was posted just before the end of an earlier try, which could not note it any more. */
  async #lost(signal: AbortSignal): Promise<string[]> {
    const { channel, thread, id } = this.#place
    const ask = { channel, ts: thread, limit: 200, include_all_metadata: true }
    try {
      const { calls } = this.#parts
      const read = await calls.call('conversations.replies', (client) => client.conversations.replies(ask), signal)
      const ours = z.array(Ours.catch({ ts: '', part: -1, question: '' })).parse(read.messages ?? [])
      return ours
        .filter(({ question }) => question === id)
        .toSorted((one, other) => one.part - other.part)
        .map(({ ts }) => ts)
    } catch (error) {
      if (error instanceof SlackRefusedError) return []
      throw error
    }
  }

  /** @returns false: that message is not there any more, or can't be edited. */
  async #edit(ts: string, { text, blocks }: SlackMessage, signal: AbortSignal): Promise<boolean> {
    const { channel } = this.#place
    try {
      await this.#parts.calls.call('chat.update', (client) => client.chat.update({ channel, ts, text, blocks }), signal)
      return true
    } catch (error) {
      if (error instanceof SlackRefusedError && uneditable.has(error.refusal)) return false
      throw error
    }
  }

  async #post({ text, blocks }: SlackMessage, signal: AbortSignal, at = 0): Promise<void> {
    const { calls } = this.#parts
    const { channel, thread } = this.#place
    await calls.turnIn(channel, signal)
    const metadata = { event_type: replyEvent, event_payload: { question: this.#place.id, part: at } }
    const said = { channel, thread_ts: thread, text, blocks, metadata, unfurl_links: false, unfurl_media: false }
    const posted = await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
    if (posted.ts === undefined) return
    const all = [...this.#posted]
    all[at] = posted.ts
    await this.#note(all)
  }

  async #remove(ts: string, signal: AbortSignal): Promise<void> {
    const { channel } = this.#place
    try {
      await this.#parts.calls.call('chat.delete', (client) => client.chat.delete({ channel, ts }), signal)
    } catch (error) {
      if (!(error instanceof SlackRefusedError)) throw error
    }
  }

  async #setStatus(signal: AbortSignal): Promise<void> {
    const { calls, said, log } = this.#parts
    if (!calls.maySpend('assistant.threads.setStatus')) return
    const { channel, thread } = this.#place
    const status = { channel_id: channel, thread_ts: thread, status: said.statusLine }
    try {
      await calls.call(
        'assistant.threads.setStatus',
        (client) => client.assistant.threads.setStatus(status),
        signal,
        'if-possible',
      )
    } catch (err) {
      signal.throwIfAborted()
      log.debug({ err }, 'no status is shown')
    }
  }

  async #note(posted: string[]): Promise<void> {
    this.#posted = posted
    await this.#parts.onPosted(posted)
  }
}

/** While it is streamed, an answer is Markdown, in which Slack would see mentions: <@U1>, <!channel>. */
function harmless(text: string): string {
  return text.replace(/<(?=[!@#])/g, '<\u2060')
}
