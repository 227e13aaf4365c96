import type { Asker, Attributes, Telemetry } from '#runtime/telemetry/telemetry.ts'
import type { Call, ProviderKind } from './call.ts'

export interface BegunCall {
  kind: ProviderKind
  /** As it is configured. */
  provider: string
  model: string
  attributes?: Attributes | undefined
}

/** A call that is under way, as far as others are told of it. */
export interface ObservedCall {
  /** Its trace, and on whose account it is. */
  readonly by: { traceId?: string | undefined; asker?: Asker | undefined }
  /** What is begun in it is a part of the call; undefined: nobody looks. */
  readonly within: (<Result>(work: () => Result) => Result) | undefined
  /** Once. @param error What it failed of. */
  ended(call: Call, error: unknown, attributes?: Attributes): void
}

/** Speech has no names of its own in the conventions. */
const operations: Readonly<Record<ProviderKind, string>> = {
  llm: 'chat',
  embedder: 'embeddings',
  'speech-to-text': 'speech_to_text',
  'text-to-speech': 'text_to_speech',
}
const outputs: Partial<Record<ProviderKind, string>> = {
  llm: 'text',
  'speech-to-text': 'text',
  'text-to-speech': 'speech',
}

/**
 * Begins a span of a call to a provider, in the names of OpenTelemetry's conventions for generative AI
 * (github.com/open-telemetry/semantic-conventions-genai, in development; as of April 2026).
 */
export function observed(telemetry: Telemetry | undefined, call: BegunCall): ObservedCall {
  const by = { traceId: telemetry?.current?.traceId, asker: telemetry?.current?.asker }
  if (telemetry === undefined || !telemetry.isOn) return { by, within: undefined, ended: () => undefined }
  const common = {
    'gen_ai.operation.name': operations[call.kind],
    'gen_ai.provider.name': providerOf(call),
    'gen_ai.request.model': call.model,
  }
  const span = telemetry.start(`${operations[call.kind]} ${call.model}`, {
    kind: 'client',
    attributes: { ...common, 'gen_ai.output.type': outputs[call.kind], ...call.attributes },
  })
  return {
    by,
    within: (work) => telemetry.within(span, work),
    ended: (ended, error, attributes = {}) => {
      span.set({ ...attributes, ...factsOf(ended) })
      span.end(error)
      measure(telemetry, ended, error, common)
    },
  }
}

/** Whose protocol is spoken, where an adapter doesn't name its provider before a slash. */
function providerOf({ kind, provider }: BegunCall): string {
  if (kind === 'llm' || kind === 'embedder') return 'openai'
  return /^[^/]+/.exec(provider)?.[0] ?? provider
}

function factsOf({ model, outcome, firstMs, usage, costUsd, modality }: Call): Attributes {
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.time_to_first_chunk': firstMs === undefined ? undefined : firstMs / 1000,
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'nightdesk.outcome': outcome,
    'nightdesk.modality': modality,
    'nightdesk.cost_usd': costUsd,
  }
}

function measure(telemetry: Telemetry, call: Call, error: unknown, common: Attributes): void {
  const about = {
    ...common,
    'gen_ai.response.model': call.model,
    ...(error === undefined ? {} : { 'error.type': call.outcome }),
  }
  telemetry.measure('gen_ai.client.operation.duration', 's', call.totalMs / 1000, about)
  if (call.firstMs !== undefined)
    telemetry.measure('gen_ai.client.operation.time_to_first_chunk', 's', call.firstMs / 1000, about)
  if (call.usage !== undefined) {
    const { inputTokens, outputTokens } = call.usage
    telemetry.measure('gen_ai.client.token.usage', '{token}', inputTokens, { ...about, 'gen_ai.token.type': 'input' })
    telemetry.measure('gen_ai.client.token.usage', '{token}', outputTokens, { ...about, 'gen_ai.token.type': 'output' })
  }
  if (call.costUsd !== undefined) telemetry.measure('nightdesk.provider.cost', 'USD', call.costUsd, about)
}

/** Of a span, where content is switched on: messages in the form of the conventions. */
export function messagesAttribute(messages: readonly { role: string; text: string }[]): string {
  return JSON.stringify(messages.map(({ role, text }) => ({ role, parts: [{ type: 'text', content: text }] })))
}
