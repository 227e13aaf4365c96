import type { Asker } from '#runtime/telemetry/telemetry.ts'

export type ProviderKind = 'llm' | 'speech-to-text' | 'text-to-speech' | 'embedder'

/** A call to a provider that is over. */
export interface Call {
  kind: ProviderKind
  /** As it's configured. */
  provider: string
  /** As it says itself; with a proxy in front, the one behind. */
  model: string
  /** `good`; `stopped`: whoever asked hung up; `outrun`: another was quicker; else the fault of the error that it ended in. */
  outcome: string
  /** To the first piece; of a call that had none when it ended, undefined. */
  firstMs: number | undefined
  totalMs: number
  /** Characters of text that went in; of audio its milliseconds. */
  inputSize: number
  /** Characters of text that came out; of audio its milliseconds. */
  outputSize: number
  modality?: 'text' | 'spoken' | undefined
  usage?: { inputTokens: number; outputTokens: number } | undefined
  costUsd?: number | undefined
  /** Of the turn that it was made for, where it was made for one. */
  traceId?: string | undefined
  /** On whose account; undefined: nobody's in particular. */
  asker?: Asker | undefined
}
