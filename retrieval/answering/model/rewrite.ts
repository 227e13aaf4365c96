import { identifiersOf } from '#knowledge/terms/terms.ts'
import { withDeadlines } from '#providers/llm/deadlines.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { failureFields } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { Earlier } from '../follow-up.ts'
import { ValueSource, valuesOf } from '../values.ts'

/** A follow-up is worth this much waiting; then the rules alone understand it. */
const deadlines = { firstPieceMs: 1500, totalMs: 2500 }
const longest = 400

/**
 * Has a model rewrite a follow-up so that it stands on its own.
 * @returns undefined when it fails, takes too long, or brings in something that nobody said.
 */
export async function rewritten(
  parts: { llm: Llm; log: Log },
  question: string,
  earlier: readonly Earlier[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const before = earlier.slice(-3).map(({ standalone }) => standalone)
  let text = ''
  try {
    const messages = [
      {
        role: 'system' as const,
        text: 'Rewrite the last question so that it can be understood without the earlier ones. Keep its language, add nothing that was not said, answer nothing. Reply with the question alone.',
      },
      {
        role: 'user' as const,
        text: `Earlier questions:\n${before.map((one) => `- ${one}`).join('\n')}\nLast question: ${question}`,
      },
    ]
    for await (const piece of withDeadlines(parts.llm, deadlines).reply(messages, { maxTokens: 200 }, signal)) {
      if (piece.kind === 'text') text += piece.text
    }
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ ...failureFields(err), model: parts.llm.id }, 'follow-up was not rewritten by the model')
    return undefined
  }
  const line = text.trim().replace(/\s+/g, ' ')
  return line !== '' && line.length <= longest && isSaid(line, [...before, question]) ? line : undefined
}

function isSaid(line: string, said: readonly string[]): boolean {
  const all = said.join('\n').normalize('NFKC').toLowerCase()
  return (
    new ValueSource(said).missing(valuesOf(line)).length === 0 &&
    identifiersOf(line).every((name) => all.includes(name))
  )
}
