import { type LlmDeadlines, withDeadlines } from '#providers/llm/deadlines.ts'
import type { Llm, LlmMessage, LlmPiece, LlmReplyOptions, LlmToolCall } from '#providers/llm/llm.ts'
import { givesOrders } from '#retrieval/answering.ts'
import { promptOf } from '../context.ts'
import { checkText } from '../guardrails/output.ts'
import type { Scene, Tool, ToolOutcome } from '../parts.ts'
import { ownReply, type Reply, type ReplyPiece } from '../scene.ts'
import type { SpeculativeAnswer } from '../speculation.ts'
import { onCallMachine } from '../states/on-call-machine.ts'
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
 * Lets a model choose what to do, one call at a time. Its own words reach nobody, but where it puts into words what a
 * tool of the client's gave, and then only with what stands in that. Else what is said is what the tool says, or the
 * words are answered as a question.
 * @param begun The answer to the words as a question, begun in case no tool is wanted; nobody else adopts it.
 */
export async function* acted(
  llm: Llm,
  scene: Scene,
  tools: readonly Tool[],
  begun: SpeculativeAnswer | undefined,
  signal: AbortSignal,
): Reply {
  const prompt = promptOf(scene, tools)
  yield { kind: 'prompt', tokens: prompt.tokens }
  const messages: LlmMessage[] = [...prompt.messages]
  const made = new Set<string>()
  let last: { tool: Tool; outcome: ToolOutcome } | undefined
  let words = ''
  try {
    for (let round = 0; round < mostRounds; round++) {
      const mustCall = round === 0 && scene.clientTools?.mustCall === true
      const { calls, text } = await chosen(llm, messages, { tools: prompt.tools, mustCall }, scene, signal)
      const [call, ...others] = calls
      if (call === undefined) {
        words = text
        break
      }
      const tool = tools.find(({ name }) => name === call.name)
      messages.push({ role: 'assistant', text: '', toolCalls: calls })
      for (const { id } of others)
        messages.push({ role: 'tool', toolCallId: id, text: 'not called: one call at a time' })
      const fault = tool === undefined ? 'there is no such tool' : repeatFault(tool, call, made)
      if (tool === undefined || fault !== undefined) {
        messages.push({ role: 'tool', toolCallId: call.id, text: fault ?? '' })
        continue
      }
      begun?.discard()
      made.add(keyOf(tool, call))
      const outcome = yield* runTool(tool, argumentsOf(call), scene, signal)
      last = { tool, outcome }
      messages.push({ role: 'tool', toolCallId: call.id, text: outcome.kind === 'done' ? outcome.result : 'failed' })
      if (tool.acts || outcome.kind === 'failed' || outcome.position !== undefined) break
    }
    if (last === undefined) {
      yield { kind: 'streaming' }
      return yield* answered(scene, begun, signal)
    }
    yield* ended(last.tool.atClient === true ? inWords(last, words, llm, scene) : last.outcome, scene)
  } finally {
    begun?.discard()
  }
}

/** What acts is called once in a turn, anything else once with the same arguments. */
function repeatFault(tool: Tool, call: LlmToolCall, made: ReadonlySet<string>): string | undefined {
  return made.has(keyOf(tool, call)) ? 'not called again in one turn' : undefined
}

function keyOf({ name, acts }: Tool, { arguments: given }: LlmToolCall): string {
  return acts ? 'acts' : `${name} ${given}`
}

/** What the client's tool gave, as the model puts it where nothing is added to it. */
function inWords(
  { tool, outcome }: { tool: Tool; outcome: ToolOutcome },
  words: string,
  llm: Llm,
  scene: Scene,
): ToolOutcome {
  if (outcome.kind === 'failed') return outcome
  const { said, lang } = scene
  const text = words.trim()
  const isWords = text !== '' && !/^\W*QUESTION\W*$/i.test(text) && !givesOrders(text)
  const added =
    checkText(text, [], { passages: [], named: `${said}\n${tool.name}\n${outcome.result}` }).kind === 'dropped'
  const say = isWords && !added ? { text, provider: llm.id } : outcome.say
  const source =
    lang === 'ja'
      ? `文書ではなく、クライアントのツール${tool.name}の結果です。`
      : `This is what the client's tool ${tool.name} gave, not the documents.`
  return { ...outcome, say: { ...say, warnings: [{ code: 'client_tool', message: source }] } }
}

function* ended(outcome: ToolOutcome, scene: Scene): Generator<ReplyPiece> {
  const { position } = scene
  if (outcome.kind === 'done' && outcome.position !== undefined) yield { kind: 'position', position: outcome.position }
  // What was agreed to and went wrong is not agreed to for good.
  if (outcome.kind === 'failed' && position.state === 'confirming-action') {
    const before = position.previous.at(-1) ?? onCallMachine.initial
    yield {
      kind: 'position',
      position: { ...position, state: before, previous: position.previous.slice(0, -1), pending: undefined },
    }
  }
  yield* ownReply(scene, outcome.say)
}

/** What the model wants called, or what it says; nothing when it fails or takes too long. */
async function chosen(
  llm: Llm,
  messages: readonly LlmMessage[],
  choice: Pick<LlmReplyOptions, 'tools' | 'mustCall'>,
  { parts }: Scene,
  signal: AbortSignal,
): Promise<{ calls: LlmToolCall[]; text: string }> {
  try {
    const pieces: LlmPiece[] = await Array.fromAsync(
      withDeadlines(llm, deadlines).reply(messages, { ...choice, maxTokens: 300 }, signal),
    )
    return {
      calls: pieces.flatMap((piece) => (piece.kind === 'tool-call' ? [piece.call] : [])),
      text: pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join(''),
    }
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, model: llm.id }, 'the model chose no tool')
    return { calls: [], text: '' }
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
