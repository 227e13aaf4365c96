export interface LlmToolCall {
  id: string
  name: string
  /** JSON as the model wrote it; not yet checked against the tool's parameters. */
  arguments: string
}

export type LlmMessage =
  | { role: 'system' | 'user'; text: string }
  | { role: 'assistant'; text: string; toolCalls?: readonly LlmToolCall[] | undefined }
  | { role: 'tool'; toolCallId: string; text: string }

export interface LlmTool {
  name: string
  description: string
  /** JSON Schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
}

export interface LlmUsage {
  inputTokens: number
  outputTokens: number
}

export type LlmPiece =
  | { kind: 'text'; text: string }
  /** Whole, once its arguments are complete. */
  | { kind: 'tool-call'; call: LlmToolCall }
  /** The last piece, exactly once. `length`: cut at the model's limit; `filtered`: withheld by the provider. */
  | {
      kind: 'end'
      reason: 'stop' | 'length' | 'tool-calls' | 'filtered'
      /** Which model replied; with fallbacks not always the first. */
      model: string
      usage?: LlmUsage | undefined
      /** Only where the provider says so. */
      costUsd?: number | undefined
    }

export interface LlmReplyOptions {
  tools?: readonly LlmTool[] | undefined
  /** Most tokens of the reply. */
  maxTokens?: number | undefined
}

/** A language model that is spoken to in messages. */
export interface Llm {
  /** The model's name, for people and for metrics. */
  readonly id: string
  /**
   * Whoever stops pulling hangs up on the model.
   * @throws {LlmError} When the model can't be reached, refuses, or breaks off before its end.
   */
  reply(messages: readonly LlmMessage[], options: LlmReplyOptions, signal: AbortSignal): AsyncIterable<LlmPiece>
}
