import { AsyncLocalStorage } from 'node:async_hooks'
import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages'
import type { ChatGenerationChunk } from '@langchain/core/outputs'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import { LlmError } from '../errors.ts'
import type { Llm, LlmMessage, LlmPiece, LlmReplyOptions, LlmTool, LlmToolCall } from '../llm.ts'
import { keepingFetch } from './keeping-fetch.ts'
import { endFactsIn, factsIn, llmErrorOf, type ResponseFacts } from './response-facts.ts'

export interface OpenAiCompatibleOptions {
  model: string
  apiKey: string
  /** With the version in its path, such as https://api.openai.com/v1; absent: OpenAI's. */
  baseUrl?: string | undefined
}

type EndReason = Extract<LlmPiece, { kind: 'end' }>['reason']

/** Any model behind OpenAI's chat completions API: OpenAI's own, LiteLLM, vLLM, Ollama and many others. */
export class OpenAiCompatibleLlm implements Llm {
  readonly id: string
  readonly #options: OpenAiCompatibleOptions
  readonly #fetch = keepingFetch()
  /** One client for each limit of a reply: making one takes as long as asking. */
  readonly #chats = new Map<number | undefined, ChatOpenAI>()
  /** Told of the response to the request that is made within. */
  readonly #onResponse = new AsyncLocalStorage<(response: Response) => void>()

  constructor(options: OpenAiCompatibleOptions) {
    this.id = options.model
    this.#options = options
  }

  async *reply(
    messages: readonly LlmMessage[],
    { tools = [], mustCall = false, maxTokens }: LlmReplyOptions,
    signal: AbortSignal,
  ): AsyncGenerator<LlmPiece> {
    const reading = new ReplyReader(this.id)
    let facts: ResponseFacts = {}
    const onResponse = (response: Response): void => {
      facts = factsIn(response.headers)
    }
    const hangUp = new AbortController()
    const either = AbortSignal.any([signal, hangUp.signal])
    try {
      // Not `stream()`: what that does for LangChain's tracing takes milliseconds before each request.
      const chunks = this.#chat(maxTokens)._streamResponseChunks(messages.map(toLangChain), {
        signal: either,
        ...(tools.length === 0 ? {} : { tools: tools.map(toOpenAi) }),
        ...(mustCall ? { tool_choice: 'required' as const } : {}),
      })
      // Not `for await`: on leaving, that would wait for the stream, which waits for the model.
      const first = this.#onResponse.run(onResponse, () => chunks.next())
      for (let next = await first; next.done !== true; next = await chunks.next()) yield* reading.read(next.value)
    } catch (error) {
      signal.throwIfAborted()
      throw llmErrorOf(error, this.id)
    } finally {
      hangUp.abort()
    }
    // On an abort the client's loop may just end.
    signal.throwIfAborted()
    yield* reading.end(facts)
  }

  #chat(maxTokens: number | undefined): ChatOpenAI {
    const known = this.#chats.get(maxTokens)
    if (known !== undefined) return known
    const { model, apiKey, baseUrl } = this.#options
    const chat = new ChatOpenAI({
      model,
      apiKey,
      streaming: true,
      streamUsage: true,
      // Whoever asks has a fallback, which is faster than trying again.
      maxRetries: 0,
      ...(maxTokens === undefined ? {} : { maxTokens }),
      configuration: {
        ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
        fetch: async (input, init) => {
          const response = await this.#fetch(input, init)
          this.#onResponse.getStore()?.(response)
          return response
        },
      },
    })
    this.#chats.set(maxTokens, chat)
    return chat
  }
}

function toOpenAi({ name, description, parameters }: LlmTool) {
  return { type: 'function' as const, function: { name, description, parameters } }
}

/** Puts the chunks of one reply together. */
class ReplyReader {
  readonly #model: string
  readonly #calls = new Map<number, LlmToolCall>()
  #reason: EndReason | undefined
  #usage: { inputTokens: number; outputTokens: number } | undefined
  #servedBy: string | undefined
  #costUsd: number | undefined

  constructor(model: string) {
    this.#model = model
  }

  *read({ message, generationInfo }: ChatGenerationChunk): Generator<LlmPiece> {
    if (!AIMessageChunk.isInstance(message)) return
    for (const part of message.tool_call_chunks ?? []) this.#addToCall(part)
    const usage = message.usage_metadata
    if (usage !== undefined) this.#usage = { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens }
    const metadata: Record<string, unknown> = { ...generationInfo, ...message.response_metadata }
    const reason = metadata.finish_reason
    // Only the last chunks say more than text.
    if (metadata.model_name !== undefined || metadata.usage !== undefined) {
      const { servedBy, costUsd } = endFactsIn(metadata)
      this.#servedBy = servedBy ?? this.#servedBy
      this.#costUsd = costUsd ?? this.#costUsd
    }
    if (typeof reason === 'string') this.#reason = endReasons[reason] ?? 'stop'
    if (message.text !== '') yield { kind: 'text', text: message.text }
  }

  *end({ costUsd, allowance, deployment }: ResponseFacts): Generator<LlmPiece> {
    // A connection that closes early looks like a short reply; only the finish reason tells.
    if (this.#reason === undefined) throw new LlmError('broken-off', this.#model)
    for (const call of this.#calls.values()) yield { kind: 'tool-call', call }
    yield {
      kind: 'end',
      reason: this.#reason,
      model: this.#model,
      usage: this.#usage,
      costUsd: costUsd ?? this.#costUsd,
      servedBy: this.#servedBy,
      allowance,
      deployment,
    }
  }

  #addToCall(part: {
    index?: number | undefined
    id?: string | undefined
    name?: string | undefined
    args?: string | undefined
  }): void {
    const index = part.index ?? this.#calls.size
    const call = this.#calls.get(index) ?? { id: '', name: '', arguments: '' }
    this.#calls.set(index, {
      id: part.id ?? call.id,
      name: part.name ?? call.name,
      arguments: call.arguments + (part.args ?? ''),
    })
  }
}

const endReasons: Readonly<Record<string, EndReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'filtered',
}

function toLangChain(message: LlmMessage): BaseMessage {
  switch (message.role) {
    case 'system':
      return new SystemMessage(message.text)
    case 'user':
      return new HumanMessage(message.text)
    case 'tool':
      return new ToolMessage({ content: message.text, tool_call_id: message.toolCallId })
    case 'assistant':
      return new AIMessage({
        content: message.text,
        tool_calls: (message.toolCalls ?? []).map(({ id, name, arguments: json }) => ({
          id,
          name,
          args: argumentsIn(json),
        })),
      })
  }
}

const Arguments = z.record(z.string(), z.unknown())

/** A model may write arguments that are no JSON; it is told that the call had none. */
function argumentsIn(json: string): Record<string, unknown> {
  try {
    return Arguments.parse(JSON.parse(json))
  } catch {
    return {}
  }
}
