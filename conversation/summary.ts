import type { Turn } from '#knowledge/conversation-store.ts'
import type { Position } from './position.ts'

/** Lines of the running summary; older ones are dropped. About 250 tokens in all. */
const mostLines = 8
const longestLine = 120

/** Takes a turn that is no longer among the last ones into the running summary: what was asked, and how the answer began. */
export function withSummary(position: Position, turn: Turn | undefined): Position {
  if (turn === undefined) return position
  const line = `${turn.standalone.slice(0, longestLine / 2)} → ${turn.abstained ? '?' : firstSentence(turn.answer)}`
  const lines = [...position.summary.split('\n').filter((each) => each !== '' && each !== line), line]
  return { ...position, summary: lines.slice(-mostLines).join('\n'), summarised: position.summarised + 1 }
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

/** What happened in an incident, from all its turns: for a thread, a hand-over, or a postmortem. */
export function incidentSummary(turns: readonly Turn[], lang: 'en' | 'ja'): string {
  const answered = turns.filter(({ abstained }) => !abstained)
  const open = turns.filter(({ abstained }) => abstained)
  const time = (at: Date): string => at.toISOString().slice(11, 16)
  const heads =
    lang === 'ja'
      ? { done: '経過（UTC）', open: '答えがなかった質問' }
      : { done: 'What was asked (UTC)', open: 'Without an answer' }
  const line = ({ at, principal, question, answer }: Turn): string =>
    `- ${time(at)} ${principal}: ${question.replace(/\s+/g, ' ').slice(0, longestLine)} → ${firstSentence(answer)}`
  return [
    ...(answered.length === 0 ? [] : [`**${heads.done}**`, ...answered.map(line)]),
    ...(open.length === 0
      ? []
      : [
          `**${heads.open}**`,
          ...open.map(({ question }) => `- ${question.replace(/\s+/g, ' ').slice(0, longestLine)}`),
        ]),
  ].join('\n')
}
