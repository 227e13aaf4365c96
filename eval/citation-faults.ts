import type { Answer } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import { answerSentences } from './answer-sentences.ts'

/**
 * What is wrong with an answer's citations, each a sentence. An abstention states no fact and needs none.
 * @param passagesOf All passages of each cited document in reading order, by document id.
 */
export function citationFaults(answer: Answer, passagesOf: ReadonlyMap<string, readonly Passage[]>): string[] {
  return [...quoteFaults(answer, passagesOf), ...markFaults(answer), ...(answer.abstained ? [] : uncitedFaults(answer))]
}

function quoteFaults(answer: Answer, passagesOf: ReadonlyMap<string, readonly Passage[]>): string[] {
  return answer.citations.flatMap((citation) => {
    const passages = passagesOf.get(citation.document.id) ?? []
    if (citation.quote.trim() === '') return [`[${citation.n}] quotes nothing.`]
    if (!passages.some(({ id }) => id === citation.passageId)) {
      return [`[${citation.n}] names a passage that its document does not hold.`]
    }
    return wholeText(passages).includes(citation.quote) ? [] : [`The quote of [${citation.n}] is not in its document.`]
  })
}

function markFaults(answer: Answer): string[] {
  const numbers = new Set(answer.citations.map(({ n }) => n))
  const twice = answer.citations.length === numbers.size ? [] : ['Two citations have the same number.']
  const marks = new Set(
    proseOf(answer.answer).flatMap((text) => [...text.matchAll(/\[(\d+)\]/g)].map((m) => Number(m[1]))),
  )
  const unknown = [...marks]
    .filter((n) => !numbers.has(n))
    .map((n) => `[${n}] stands in the answer and is no citation.`)
  const idle = [...numbers]
    .filter((n) => !marks.has(n))
    .map((n) => `[${n}] is a citation that the answer does not use.`)
  return [...twice, ...unknown, ...idle]
}

/** Inside code a bracketed number is code: `items[0]`. */
function proseOf(answer: string): string[] {
  return answerSentences(answer)
    .filter(({ code }) => !code)
    .map(({ text }) => text.replace(/`[^`]*`/g, ''))
}

function uncitedFaults(answer: Answer): string[] {
  const sentences = answerSentences(answer.answer)
  if (answer.citations.length === 0) return ['The answer cites nothing.']
  return sentences.flatMap((sentence) => {
    if (sentence.code || cites(sentence.text) || cites(sentence.leadIn) || !statesFact(sentence.text)) return []
    return [`No citation: ${sentence.text}`]
  })
}

function cites(text: string): boolean {
  return /\[\d+\]/.test(text)
}

/** Headings, what introduces something, and what the answer says about its sources rather than from them need none. */
function statesFact(text: string): boolean {
  if (/^#{1,6}\s/.test(text) || /^[-*_|:\s]+$/.test(text) || /[:：]$/.test(text)) return false
  return /[\p{L}\p{N}]{2}/u.test(text) && !/^(?:⚠|\*\*⚠|note:|warning:|source|注意|警告|出典)/iu.test(text)
}

/** The document as far as its passages hold it, with blank lines where lines were left out between them. */
function wholeText(passages: readonly Passage[]): string {
  let text = ''
  let toLine: number | undefined
  for (const passage of passages) {
    text += toLine === undefined ? '' : '\n'.repeat(Math.max(1, passage.fromLine - toLine))
    text += passage.text
    toLine = passage.toLine
  }
  return text
}
