import { type LlmDeadlines, withDeadlines } from '#providers/llm/deadlines.ts'
import type { Llm, LlmMessage, LlmPiece, LlmToolCall } from '#providers/llm/llm.ts'
import { promptOf } from '../context.ts'
import type { Scene, Tool, ToolOutcome } from '../parts.ts'
import { ownReply, type Reply, type ReplyPiece } from '../scene.ts'
import { runTool } from '../tools/run-tool.ts'
import { answered } from './question.ts'

/** A model that has not chosen by then is worse than taking the words for a question. */
const deadlines: LlmDeadlines = { firstPieceMs: 4000, totalMs: 10_000 }
const mostRounds = 4

/** Calls this tool with these arguments, and says what came of it. */
export async function* called(tool: Tool, given: unknown, scene: Scene, signal: AbortSignal): Reply {
  const outcome = yield* runTool(tool, given, scene, signal)
  yield* ended(outcome, scene)
}

/**
 * Lets a model choose what to do, one call at a time. Its own words reach nobody: what is said is what the tool says, or
 * else the words are answered as a question.
 */
export async function* acted(llm: Llm, scene: Scene, tools: readonly Tool[], signal: AbortSignal): Reply {
  const prompt = promptOf(scene, tools)
  yield { kind: 'prompt', tokens: prompt.tokens }
  const messages: LlmMessage[] = [...prompt.messages]
  let last: ToolOutcome | undefined
  let hasActed = false
  for (let round = 0; round < mostRounds; round++) {
    const calls = await chosen(llm, messages, prompt.tools, scene, signal)
    const [call, ...others] = calls
    const tool = tools.find(({ name }) => name === call?.name)
    if (call === undefined) break
    messages.push({ role: 'assistant', text: '', toolCalls: calls })
    for (const { id } of others) messages.push({ role: 'tool', toolCallId: id, text: 'not called: one call at a time' })
    if (tool === undefined || (tool.acts && hasActed)) {
      const text = tool === undefined ? 'there is no such tool' : 'not called again in one turn'
      messages.push({ role: 'tool', toolCallId: call.id, text })
      continue
    }
    hasActed ||= tool.acts
    last = yield* runTool(tool, argumentsOf(call), scene, signal)
    messages.push({ role: 'tool', toolCallId: call.id, text: last.kind === 'done' ? last.result : 'failed' })
    if (tool.acts || last.kind === 'failed' || last.position !== undefined) break
  }
  if (last === undefined) return yield* answered(scene, undefined, signal)
  yield* ended(last, scene)
}

function* ended(outcome: ToolOutcome, scene: Scene): Generator<ReplyPiece> {
  if (outcome.kind === 'done' && outcome.position !== undefined) yield { kind: 'position', position: outcome.position }
  yield* ownReply(scene, outcome.say)
}

/** What the model wants called; nothing when it wants nothing, fails, or takes too long. */
async function chosen(
  llm: Llm,
  messages: readonly LlmMessage[],
  tools: Parameters<Llm['reply']>[1]['tools'],
  { parts }: Scene,
  signal: AbortSignal,
): Promise<LlmToolCall[]> {
  try {
    const pieces: LlmPiece[] = await Array.fromAsync(
      withDeadlines(llm, deadlines).reply(messages, { tools, maxTokens: 300 }, signal),
    )
    return pieces.flatMap((piece) => (piece.kind === 'tool-call' ? [piece.call] : []))
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, model: llm.id }, 'the model chose no tool')
    return []
  }
}

/** As the model wrote them; what is no JSON fits no tool. */
function argumentsOf({ arguments: json }: LlmToolCall): unknown {
  try {
    const read: unknown = JSON.parse(json)
    return read
  } catch {
    return json
  }
}
