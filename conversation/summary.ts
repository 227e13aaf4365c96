import type { Turn } from '#knowledge/conversation-store.ts'
import type { Position } from './position.ts'

/** Lines of the running summary; older ones are dropped. About 250 tokens in all. */
const mostLines = 8
const longestLine = 120

/** Takes a turn that is no longer among the last ones into the running summary: what was asked, and how the answer began. */
export function withSummary(position: Position, turn: Turn | undefined): Position {
  if (turn === undefined) return position
  const line = lineOf(turn)
  const lines = [...position.summary.split('\n').filter((each) => each !== '' && each !== line), line]
  return { ...position, summary: lines.slice(-mostLines).join('\n'), summarised: position.summarised + 1 }
}

/** The same position with nothing in it of a turn that is to be forgotten. */
export function withoutTurn(position: Position, turn: Turn): Position {
  const line = lineOf(turn)
  const lines = position.summary.split('\n')
  const isAskedBack = position.askedBack?.traceId === turn.traceId
  if (!lines.includes(line) && !isAskedBack) return position
  const { askedBack, ...rest } = position
  return {
    ...rest,
    ...(isAskedBack || askedBack === undefined ? {} : { askedBack }),
    summary: lines.filter((each) => each !== line).join('\n'),
  }
}

function lineOf({ standalone, abstained, answer }: Turn): string {
  const asked = standalone.replace(/\s+/g, ' ').slice(0, longestLine / 2)
  return `${asked} → ${abstained ? '?' : firstSentence(answer)}`
}

function firstSentence(answer: string): string {
  const plain = answer
    .replace(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1.*$/gm, ' ')
    .replace(/\[\d{1,3}\]|[*_>#`]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  const end = plain.search(/[.!?](?=\s)|[。！？]/)
  return plain.slice(0, Math.min(longestLine, end < 0 ? longestLine : end + 1))
}
