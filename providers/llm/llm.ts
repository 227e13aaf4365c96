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
  /** The model broke off and another goes on: of the text before, what wasn't used yet is void. Only where asked with `used`. */
  | { kind: 'resumed' }
  /** The last piece, exactly once. `length`: cut at the model's limit; `filtered`: withheld by the provider. */
  | {
      kind: 'end'
      reason: 'stop' | 'length' | 'tool-calls' | 'filtered'
      /** Which model replied; with fallbacks not always the first. */
      model: string
      usage?: LlmUsage | undefined
      /** Only where the provider says so. */
      costUsd?: number | undefined
      /** As the provider names what replied, where it does: a version, or what stands behind a proxy. */
      servedBy?: string | undefined
      /** What the provider still allows, where it says so. */
      allowance?: LlmAllowance | undefined
      /** Which of the servers behind a proxy replied, as the proxy numbers them. */
      deployment?: string | undefined
    }

export interface LlmAllowance {
  requests?: { left: number; limit?: number | undefined } | undefined
  tokens?: { left: number; limit?: number | undefined } | undefined
  /** Of our key, at a proxy that keeps accounts. */
  budget?: { spentUsd: number; limitUsd?: number | undefined } | undefined
}

export interface LlmReplyOptions {
  tools?: readonly LlmTool[] | undefined
  /** It has to call one of the tools; else it may. */
  mustCall?: boolean | undefined
  /** Most tokens of the reply. */
  maxTokens?: number | undefined
  /** How the reply reaches whoever asked; for statistics. */
  modality?: 'text' | 'spoken' | undefined
  /** The language of the reply; a reply in another one is a failure. */
  lang?: 'en' | 'ja' | undefined
  /**
   * What of the reply was used so far, word for word. Whoever hands it in can have a reply that breaks off continued by
   * another model right after these words, and is told so by a `resumed`.
   */
  used?: (() => string) | undefined
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
