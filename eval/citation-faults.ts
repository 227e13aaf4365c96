import type { Answer, Citation } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import { type AnswerSentence, answerSentences } from './answer-sentences.ts'
import { passageTextAround, wholeText } from './cited-text.ts'

/**
 * What is wrong with an answer's citations, each a sentence: a quote that its document does not hold, a number without
 * a citation, a statement without a number. An abstention states nothing and needs none.
 * @param passagesOf All passages of each cited document in reading order, by document id.
 */
export function citationFaults(
  answer: Pick<Answer, 'answer' | 'abstained' | 'citations'>,
  passagesOf: ReadonlyMap<string, readonly Passage[]>,
): string[] {
  const quotes = answer.citations.flatMap((citation) => quoteFaults(citation, passagesOf))
  return [...quotes, ...markFaults(answer), ...(answer.abstained ? [] : uncitedFaults(answer))]
}

function quoteFaults(citation: Citation, passagesOf: ReadonlyMap<string, readonly Passage[]>): string[] {
  const passages = passagesOf.get(citation.document.id) ?? []
  if (citation.quote.trim() === '') return [`[${citation.n}] quotes nothing.`]
  if (passageTextAround(citation.passageId, passages) === undefined) {
    return [`[${citation.n}] names a passage that its document does not hold.`]
  }
  return wholeText(passages).includes(citation.quote) ? [] : [`The quote of [${citation.n}] is not in its document.`]
}

function markFaults({ answer, citations }: Pick<Answer, 'answer' | 'citations'>): string[] {
  const numbers = citations.map(({ n }) => n)
  const marks = new Set(answerSentences(answer).flatMap((sentence) => (sentence.code ? [] : marksIn(sentence.text))))
  return [
    ...numbers.filter((n, at) => numbers.indexOf(n) !== at).map((n) => `Two citations have the number [${n}].`),
    ...[...marks].filter((n) => !numbers.includes(n)).map((n) => `[${n}] stands in the answer and is no citation.`),
    ...numbers.filter((n) => !marks.has(n)).map((n) => `[${n}] is a citation that the answer does not use.`),
  ]
}

function uncitedFaults({ answer, citations }: Pick<Answer, 'answer' | 'citations'>): string[] {
  if (citations.length === 0) return ['The answer cites nothing.']
  const sentences = answerSentences(answer)
  const quotes = new Map(citations.map(({ n, quote }) => [n, bare(quote)]))
  const quoted = (text: string, among: readonly number[]) => among.some((n) => quotes.get(n)?.includes(bare(text)))
  return sentences.flatMap((sentence, at) => {
    if (!statesFact(sentence) || marksIn(sentence.text).length > 0) return []
    const near = sentence.code ? citations.map(({ n }) => n) : nextMarks(sentences, at)
    // A caution is about its source and says nothing from it; the number behind it tells which source is meant.
    if (sentence.text.startsWith('⚠') && near.length > 0) return []
    return quoted(sentence.text, near) ? [] : [`No citation: ${sentence.text}`]
  })
}

/** The numbers at the end of the same line: they stand for all sentences before them that they quote. */
function nextMarks(sentences: readonly AnswerSentence[], at: number): number[] {
  const line = sentences[at]?.line
  for (const later of sentences.slice(at + 1)) {
    if (later.line !== line) return []
    const marks = marksIn(later.text)
    if (marks.length > 0) return marks
  }
  return []
}

/** Bracketed numbers inside code are code: `items[0]`. */
function marksIn(text: string): number[] {
  return [...text.replace(/`[^`]*`/g, '').matchAll(/\[(\d{1,3})\](?!\()/g)].map(([, n]) => Number(n))
}

/** Headings, rules, bare numbers, and what introduces something state nothing. */
function statesFact({ text, code }: AnswerSentence): boolean {
  if (!code && (/^#{1,6}\s/.test(text) || /[:：]$/.test(text))) return false
  return /\p{L}{2}/u.test(text)
}

/** Letters and digits alone: markup may differ between what is shown and what is quoted. */
function bare(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '')
}
