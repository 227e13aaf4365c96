import { userMessageOf } from '#runtime/errors.ts'
import { childOf } from '../lifetimes.ts'
import type { Scene, Tool, ToolOutcome } from '../parts.ts'
import type { ReplyPiece } from '../scene.ts'
import { mayCall, stateAt } from '../states/machine.ts'
import { onCallMachine } from '../states/on-call-machine.ts'
import { said } from '../words.ts'

/** A listener is told so long after a call began that it still runs, */
const watchdogMs = 1500
/** and no longer kept waiting after this. */
const backgroundAfterMs = 8000

/**
 * Calls a tool. A call that is started is always followed by its result, its failure or its cancellation; whoever cuts
 * the turn off tells of the last.
 */
export async function* runTool(
  tool: Tool,
  given: unknown,
  scene: Scene,
  signal: AbortSignal,
): AsyncGenerator<ReplyPiece, ToolOutcome> {
  const callId = scene.parts.newId()
  const { lang, parts } = scene
  const piece = (phase: 'started' | 'progress' | 'result' | 'failed', text: string): ReplyPiece => ({
    kind: 'tool',
    callId,
    tool: tool.name,
    phase,
    text,
    ...(tool.atClient === true ? { atClient: true } : {}),
  })
  yield piece('started', written(given))
  const refused = refusal(tool, scene)
  const call =
    refused === undefined ? tool.prepare(given, scene, callId) : { kind: 'refused' as const, reason: refused }
  if (call.kind === 'refused') {
    yield piece('failed', call.reason)
    return { kind: 'failed', say: { text: said('not-possible', lang), abstained: true } }
  }
  // Not the turn's signal: what goes on in the background outlives its turn.
  using stopping = childOf(signal)
  const outcome = traced(tool, callId, scene, () => call.run(stopping.signal)).catch((error: unknown): ToolOutcome => {
    if (!signal.aborted) parts.log.warn({ err: error, tool: tool.name }, 'tool failed')
    return { kind: 'failed', say: { text: userMessageOf(error), abstained: true } }
  })
  let first = await settledWithin(outcome, watchdogMs, scene, signal)
  if (first === undefined) {
    yield piece('progress', said('working-on-it', lang))
    first = await settledWithin(outcome, backgroundAfterMs - watchdogMs, scene, signal)
  }
  // A client that is asked for something answers within its turn, or not at all.
  if (first === undefined && scene.background !== undefined && tool.atClient !== true) {
    scene.background.add({ callId, tool: tool.name, outcome, stop: () => stopping.abort() })
    return { kind: 'done', say: { text: said('in-background', lang) }, result: 'still running' }
  }
  const ended = first ?? (await outcome)
  signal.throwIfAborted()
  yield piece(ended.kind === 'done' ? 'result' : 'failed', ended.kind === 'done' ? ended.result : ended.say.text)
  return ended
}

/** In the names of OpenTelemetry's conventions for generative AI. */
function traced(
  { name, atClient }: Tool,
  callId: string,
  { parts: { telemetry } }: Scene,
  run: () => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  if (telemetry === undefined) return run()
  const span = telemetry.start(`execute_tool ${name}`, {
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': callId,
      'gen_ai.tool.type': 'function',
      'nightdesk.tool.at_client': atClient,
    },
  })
  return telemetry.whole(span, async () => {
    const outcome = await run()
    span.set({ 'nightdesk.outcome': outcome.kind })
    return outcome
  })
}

/** Not every tool may be called in every state. */
function refusal(tool: Tool, { position }: Scene): string | undefined {
  const state = stateAt(onCallMachine, position)
  if (mayCall(state, tool)) return undefined
  return `${tool.name} may not be called while the conversation is ${state.id}`
}

async function settledWithin(
  outcome: Promise<ToolOutcome>,
  ms: number,
  { parts }: Scene,
  signal: AbortSignal,
): Promise<ToolOutcome | undefined> {
  using waiting = childOf(signal)
  const late = parts.wait(ms, waiting.signal).then(
    () => undefined,
    () => undefined,
  )
  const first = await Promise.race([outcome, late])
  waiting.abort()
  signal.throwIfAborted()
  return first
}

function written(given: unknown): string {
  return typeof given === 'string' ? given : (JSON.stringify(given) ?? '')
}
