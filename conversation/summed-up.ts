import { maskSecrets } from '#knowledge/secrets.ts'
import { type LlmDeadlines, withDeadlines } from '#providers/llm/deadlines.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { givesOrders } from '#retrieval/answering.ts'
import { checkText } from './guardrails/output.ts'

/** Nobody waits for it. */
const deadlines: LlmDeadlines = { firstPieceMs: 10_000, totalMs: 20_000 }
const mostTokens = 250
const mostLetters = 1000

/**
 * Notes as a model sums them up: only those of its lines that say no command, number or address which isn't in the notes,
 * and give no orders; '' where none is left.
 */
export async function summedUp(llm: Llm, task: string, notes: string, signal: AbortSignal): Promise<string> {
  let text = ''
  const messages = [
    { role: 'system' as const, text: task },
    { role: 'user' as const, text: notes },
  ]
  for await (const piece of withDeadlines(llm, deadlines).reply(messages, { maxTokens: mostTokens }, signal))
    if (piece.kind === 'text') text += piece.text
  return linesOf(maskSecrets(text).text)
    .filter((line) => !givesOrders(line) && checkText(line, [], { passages: [], named: notes }).kind === 'kept')
    .join('\n')
    .slice(0, mostLetters)
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
