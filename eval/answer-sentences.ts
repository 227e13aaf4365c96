/** One sentence, list item, table row or line of code of an answer. */
export interface AnswerSentence {
  text: string
  /** The line that introduces it, if one does: the last one before it that ends in a colon, in the same block. */
  leadIn: string
  code: boolean
}

/** Cuts a Markdown answer into the pieces that state something on their own. */
export function answerSentences(answer: string): AnswerSentence[] {
  const found: AnswerSentence[] = []
  let leadIn = ''
  let fence: string | undefined
  let sinceLeadIn = 0
  for (const line of answer.split('\n')) {
    const mark = line.match(/^[\s>]*(```+|~~~+)/)?.[1]?.slice(0, 3)
    if (mark !== undefined) {
      fence = fence === undefined ? mark : fence === mark ? undefined : fence
      continue
    }
    const text = fence === undefined ? withoutMarks(line) : line.trim()
    if (text === '') {
      // A lead-in may stand apart from what it introduces by one blank line, and reaches no further than that block.
      if (sinceLeadIn > 0 && fence === undefined) leadIn = ''
      continue
    }
    const sentences = fence === undefined ? splitSentences(text) : [text]
    for (const sentence of sentences) found.push({ text: sentence, leadIn, code: fence !== undefined })
    sinceLeadIn += 1
    const last = sentences.at(-1) ?? ''
    if (fence === undefined && /[:：]\s*(?:\[\d+\]\s*)*$/.test(last)) {
      leadIn = last
      sinceLeadIn = 0
    }
  }
  return found
}

function withoutMarks(line: string): string {
  return line
    .replace(/^[\s>]*/, '')
    .replace(/^(?:[-*+]|\d+[.)])\s+/, '')
    .trim()
}

/** Citation marks stay with the sentence that they follow. */
function splitSentences(text: string): string[] {
  return text
    .split(
      /(?<=[.!?](?:\s?\[\d+\])*)\s+(?!\[\d+\])(?=[\p{Lu}\p{Lo}\d`"“(*[])|(?<=[。！？](?:\s?\[\d+\])*)(?!\s*\[\d+\])/u,
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}
