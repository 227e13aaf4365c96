/** One sentence, list item, table row or line of code of an answer. */
export interface AnswerSentence {
  text: string
  /** Index of the line that it stands in. */
  line: number
  /** What introduces it: the last sentence before it in its block or just above it that ends in a colon, or ''. */
  leadIn: string
  code: boolean
}

/** Cuts a Markdown answer into the pieces that state something on their own. */
export function answerSentences(answer: string): AnswerSentence[] {
  const found: AnswerSentence[] = []
  let leadIn = ''
  /** Whether something stood under the lead-in: then it reaches no further than the next blank line. */
  let introduced = false
  let fence: string | undefined
  for (const [line, raw] of answer.split('\n').entries()) {
    const mark = /^[\s>]*(```|~~~)/.exec(raw)?.[1]
    if (mark !== undefined && (fence === undefined || fence === mark)) {
      fence = fence === undefined ? mark : undefined
      continue
    }
    const code = fence !== undefined
    const text = code ? raw.trim() : withoutMarks(raw)
    if (text === '') {
      if (introduced && !code) leadIn = ''
      continue
    }
    const sentences = code ? [text] : splitSentences(text)
    found.push(...sentences.map((sentence) => ({ text: sentence, line, leadIn, code })))
    introduced = true
    const last = sentences.at(-1) ?? ''
    if (!code && /[:：](?:\s*\[\d+\])*$/.test(last)) {
      leadIn = last
      introduced = false
    }
  }
  return found
}

/** Without the marks of a quotation or a list item. */
function withoutMarks(line: string): string {
  return line
    .replace(/^[\s>]+/, '')
    .replace(/^(?:[-*+]|\d+[.)])\s+/, '')
    .trim()
}

/** Behind a full stop and the citation marks that follow it; a point inside a name or number ends nothing. */
const sentenceEnd =
  /(?<=[.!?](?:\s?\[\d+\])*)\s+(?!\[\d+\])(?=[\p{Lu}\p{Lo}\d`"“(*[])|(?<=[。！？](?:\s?\[\d+\])*)(?!\s*\[\d+\])/u

function splitSentences(text: string): string[] {
  return text
    .split(sentenceEnd)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}
