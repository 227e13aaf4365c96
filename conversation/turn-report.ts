import type { Answer } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Span, Telemetry } from '#runtime/telemetry/telemetry.ts'
import type { TurnEvent } from './events.ts'

/** How a turn went, without a word of what was said in it. */
export interface TurnReport {
  traceId: string
  conversationId: string
  principal: string
  mode: 'text' | 'spoken'
  lang: Lang | undefined
  at: Date
  outcome: 'answered' | 'abstained' | 'failed' | 'cut-off'
  /** Who wrote the answer; undefined: there is none. */
  provider: string | undefined
  /** Milliseconds by stage, which add up to `total`. */
  timingsMs: Readonly<Record<string, number>>
  costUsd: number
  /** Codes of the answer's warnings. */
  warnings: readonly string[]
}

export interface ReportedTurn {
  traceId: string
  conversationId: string
  principal: Principal
  mode: 'text' | 'spoken'
  /** What its trace is marked with. */
  marks?: (() => Readonly<Record<string, string | number | boolean>>) | undefined
}

export interface ReportParts {
  clock: Clock
  telemetry?: Telemetry | undefined
  onTurn?: ((turn: TurnReport) => void) | undefined
}

/** The same turn as a trace of its own; whoever wants to is told how it went, once. */
export function reportedTurn(
  parts: ReportParts,
  turn: ReportedTurn,
  events: () => AsyncIterable<TurnEvent>,
): AsyncGenerator<TurnEvent> {
  const { telemetry } = parts
  if (telemetry === undefined) return noted(parts, turn, undefined, events)
  const { traceId, conversationId: session, principal, mode, marks } = turn
  const span = telemetry.start('invoke_agent nightdesk', {
    traceId,
    asker: { principal: principal.name, session },
    attributes: {
      ...marks?.(),
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'nightdesk',
      'gen_ai.conversation.id': session,
      'nightdesk.modality': mode,
    },
  })
  return telemetry.stream(span, () => noted(parts, turn, span, events))
}

async function* noted(
  { clock, telemetry, onTurn }: ReportParts,
  { traceId, conversationId, principal, mode }: ReportedTurn,
  span: Span | undefined,
  events: () => AsyncIterable<TurnEvent>,
): AsyncGenerator<TurnEvent> {
  const at = clock.now()
  const startedAt = performance.now()
  let asked: Extract<TurnEvent, { kind: 'turn' }> | undefined
  let answer: Answer | undefined
  let outcome: TurnReport['outcome'] = 'cut-off'
  try {
    for await (const event of events()) {
      if (event.kind === 'turn') asked = event
      if (event.kind === 'done') {
        answer = event.answer
        outcome = answer.abstained ? 'abstained' : 'answered'
      }
      yield event
    }
  } catch (error) {
    outcome = 'failed'
    throw error
  } finally {
    const total = Math.round((performance.now() - startedAt) * 10) / 10
    const report: TurnReport = {
      traceId,
      conversationId,
      principal: principal.name,
      mode,
      lang: asked?.lang,
      at,
      outcome,
      provider: answer?.provider,
      timingsMs: answer?.timingsMs ?? { loop: total, total },
      costUsd: answer?.costUsd ?? 0,
      warnings: (answer?.warnings ?? []).map(({ code }) => code),
    }
    onTurn?.(report)
    if (span !== undefined && telemetry !== undefined) tell(span, telemetry, report, asked?.text, answer)
  }
}

function tell(
  span: Span,
  telemetry: Telemetry,
  { outcome, lang, provider, costUsd, timingsMs, warnings, mode }: TurnReport,
  question: string | undefined,
  answer: Answer | undefined,
): void {
  const message = (role: string, content = ''): string => JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
  span.set({
    'nightdesk.outcome': outcome,
    'nightdesk.lang': lang,
    'nightdesk.answer.provider': provider,
    'nightdesk.cost_usd': costUsd,
    'nightdesk.citations': answer?.citations.length,
    'nightdesk.confidence': answer?.confidence,
    'nightdesk.warnings': warnings,
    ...(telemetry.content
      ? {
          'gen_ai.input.messages': message('user', question),
          'gen_ai.output.messages': message('assistant', answer?.answer),
        }
      : {}),
  })
  for (const [stage, ms] of Object.entries(timingsMs)) {
    telemetry.measure('nightdesk.turn.duration', 's', ms / 1000, { stage, mode, outcome })
  }
}
