import { Conversation } from '#conversation/conversation.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import type { OfferedTools } from '#conversation/tools/client-tool.ts'
import { detectLang } from '#knowledge/language.ts'
import type { StatusDetails } from '../protocol-items.ts'
import { ClientFault } from './faults.ts'
import { refusal, secondsToWait } from './question-limits.ts'
import type { AskedFor } from './response-input.ts'
import type { ResponseWriter } from './response-writer.ts'
import { countedFor, type SessionScope } from './session-parts.ts'
import { speedOf } from './session-settings.ts'

export interface Aside extends AskedFor {
  writer: ResponseWriter
  mode: 'text' | 'spoken'
  lang: 'en' | 'ja' | undefined
  clientTools: OfferedTools
}

/** More at a time would be somebody's way around the limits of one conversation. */
const mostAtOnce = 4

/** Responses beside the conversation: each is asked and answered by itself, and nobody hears or remembers it here. */
export class Asides {
  readonly #scope: SessionScope
  readonly #open = new Map<string, { writer: ResponseWriter; abort: AbortController }>()

  constructor(scope: SessionScope) {
    this.#scope = scope
  }

  /** @throws {ClientFault} When there are too many already. */
  admit(): void {
    if (this.#open.size < mostAtOnce) return
    const message = `There are ${mostAtOnce} responses beside the conversation. Wait until one is done.`
    throw new ClientFault('too_many_responses', message)
  }

  /** Never rejects. */
  async answer(aside: Aside): Promise<void> {
    const { writer } = aside
    const { limits } = this.#scope.parts
    const abort = new AbortController()
    this.#open.set(writer.options.id, { writer, abort })
    const seconds = limits === undefined ? 0 : await secondsToWait(limits, countedFor(this.#scope))
    if (seconds === 0) await this.#answer(aside, abort)
    else this.#refuse(aside, seconds)
    this.#open.delete(writer.options.id)
  }

  #refuse({ writer, mode, lang, question }: Aside, seconds: number): void {
    const { notice, details } = refusal(seconds, lang ?? detectLang(question))
    this.#scope.send({ type: 'nightdesk.notice', response_id: writer.options.id, ...notice })
    if (mode === 'text') writer.text(notice.text)
    else writer.transcript(notice.text)
    writer.end(details)
  }

  async #answer({ writer, mode, lang, question, history, clientTools }: Aside, abort: AbortController): Promise<void> {
    const { parts, caller, settings } = this.#scope
    const conversation = new Conversation(parts.conversation, {
      principal: caller.principal,
      mode,
      speed: speedOf(settings()),
      shownOn: () => settings().nightdesk.shown_on,
      clientTools: clientTools.tools,
      mustCall: clientTools.mustCall,
      ...(lang === undefined ? {} : { lang }),
    })
    async function* inputs(): AsyncGenerator<ConversationInput> {
      yield { kind: 'text', text: question, history }
    }
    try {
      for await (const event of conversation.turns(inputs(), abort.signal)) {
        this.#write(writer, mode, event)
        // Nobody could hand in what comes of it: what is wanted of such a response is the call.
        if (event.kind === 'tool' && event.atClient === true) break
      }
      writer.end({ type: 'completed' })
    } catch (err) {
      if (!abort.signal.aborted) parts.conversation.log.error({ err }, 'a response beside the conversation failed')
      writer.end(abort.signal.aborted ? { type: 'cancelled', reason: 'client_cancelled' } : failed)
    }
  }

  /** @returns Whether there is one of that id. */
  cancel(responseId: string): boolean {
    const found = this.#open.get(responseId)
    if (found === undefined) return false
    found.writer.end({ type: 'cancelled', reason: 'client_cancelled' })
    found.abort.abort(new Error('the response was cancelled'))
    return true
  }

  close(): void {
    for (const { abort } of this.#open.values()) abort.abort(new Error('the session is over'))
  }

  #write(writer: ResponseWriter, mode: Aside['mode'], event: ConversationEvent): void {
    const { send, parts } = this.#scope
    if (event.kind === 'delta' && mode === 'text') writer.text(event.text)
    if (event.kind === 'tool' && event.atClient === true)
      writer.functionCall({ callId: event.callId, name: event.tool, json: event.text })
    if (event.kind === 'sentence') writer.transcript(event.text)
    if (event.kind === 'audio') writer.audio(event.samples, event.sampleRate)
    if (event.kind === 'done')
      send({ type: 'nightdesk.answer', response_id: writer.options.id, answer: parts.answerToWire(event.answer) })
    if (event.kind === 'apology') {
      if (mode === 'text') writer.text(event.text)
      else writer.transcript(event.text)
      writer.end({ type: 'failed', error: { type: 'server_error', code: event.code, message: event.text } })
    }
  }
}

const failed: StatusDetails = {
  type: 'failed',
  error: { type: 'server_error', code: 'internal_error', message: 'Something went wrong on our side.' },
}
