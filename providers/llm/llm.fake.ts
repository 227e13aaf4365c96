import { LlmError } from './errors.ts'
import type { Llm, LlmMessage, LlmPiece, LlmReplyOptions, LlmToolCall } from './llm.ts'

/** What a fake model does next: says something, calls a tool, breaks off, refuses, or ends for another reason. */
export type ReplyStep =
  | string
  | { call: LlmToolCall }
  | { breakOff: true }
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { endReason: 'length' | 'content_filter' }

export type ReplyScript = () => AsyncIterable<ReplyStep>

/** A script of these steps, without waiting. */
export function says(...steps: ReplyStep[]): ReplyScript {
  return async function* () {
    yield* steps
  }
}

/** A model that follows a script, and remembers what it was sent. */
export class ScriptedLlm implements Llm {
  readonly id: string
  readonly heard: LlmMessage[][] = []
  /** With what it was asked, each time. */
  readonly asked: LlmReplyOptions[] = []
  readonly #script: ReplyScript

  constructor(script: ReplyScript, id = 'scripted') {
    this.id = id
    this.#script = script
  }

  async *reply(
    messages: readonly LlmMessage[],
    options: LlmReplyOptions,
    signal: AbortSignal,
  ): AsyncGenerator<LlmPiece> {
    this.heard.push([...messages])
    this.asked.push(options)
    let reason: Extract<LlmPiece, { kind: 'end' }>['reason'] = 'stop'
    for await (const step of untilAborted(this.#script(), signal)) {
      if (typeof step === 'string') yield { kind: 'text', text: step }
      else if ('breakOff' in step) throw new LlmError('broken-off', this.id)
      else if ('status' in step) throw new LlmError(step.status === 401 ? 'unauthorized' : 'unreachable', this.id)
      else if ('call' in step) {
        reason = 'tool-calls'
        yield { kind: 'tool-call', call: step.call }
      } else reason = step.endReason === 'length' ? 'length' : 'filtered'
    }
    yield { kind: 'end', reason, model: this.id, usage: { inputTokens: 11, outputTokens: 7 } }
  }
}

async function* untilAborted<T>(steps: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  aborted.catch(() => undefined)
  const iterator = steps[Symbol.asyncIterator]()
  while (true) {
    const next = await Promise.race([iterator.next(), aborted])
    if (next.done === true) return
    yield next.value
  }
}
