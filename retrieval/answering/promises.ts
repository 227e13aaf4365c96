import type { Answer } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import { ValueSource, valuesOf } from './values.ts'

/** How old a source is stands in its record, not in its text. */
const ages = /\b\d+ (?:minute|hour|day|week|month|year)s? ago\b|\d+(?:分|時間|日|週間|か月|年)前|\b\d{4}-\d{2}-\d{2}\b/g

/**
 * Holds an answer against what every answer promises (contract, section 4): each [n] is a citation, each quote stands in
 * its passage, and no command, flag, path, URL or number comes from anywhere but a cited passage or its document's name.
 * @param passages At least the cited ones.
 * @returns What is broken, in sentences; [] when every promise is kept.
 */
export function checkAnswer(
  answer: Pick<Answer, 'answer' | 'spoken' | 'abstained' | 'citations'>,
  passages: readonly Pick<Passage, 'id' | 'text'>[],
): string[] {
  const texts = new Map(passages.map(({ id, text }) => [id, text]))
  const quotes = answer.citations.flatMap(({ n, quote, passageId }) => {
    if (quote.trim() === '') return [`[${n}] quotes nothing.`]
    return texts.get(passageId)?.includes(quote) === true ? [] : [`The quote of [${n}] is not in its passage.`]
  })
  const faults = [...quotes, ...markFaults(answer)]
  if (answer.abstained) return faults
  const held = answer.citations.flatMap(({ passageId, document, heading }) => [
    texts.get(passageId) ?? '',
    [document.title, document.path, document.url, ...document.owners, ...heading].join('\n'),
  ])
  // A path or a command may have a date in it, which is left out of what is checked; it must still match.
  const source = new ValueSource([...held, ...held.map((text) => text.replace(ages, '')).filter((text) => text !== '')])
  const missing = [answer.answer, answer.spoken].flatMap((text) => source.missing(valuesOf(withoutMarks(text))))
  return [...faults, ...missing.map((value) => `"${value}" stands in no cited passage.`)]
}

function markFaults({ answer, abstained, citations }: Pick<Answer, 'answer' | 'abstained' | 'citations'>): string[] {
  const numbers = new Set(citations.map(({ n }) => n))
  const marks = new Set(marksIn(answer))
  const dangling = [...marks].filter((n) => !numbers.has(n)).map((n) => `[${n}] is no citation.`)
  const idle = [...numbers].filter((n) => !marks.has(n)).map((n) => `[${n}] is cited nowhere.`)
  const bare = !abstained && citations.length === 0 ? ['Nothing is cited.'] : []
  return [...dangling, ...idle, ...bare]
}

/** The numbers of the citations that a text refers to; brackets inside code are code. */
function marksIn(markdown: string): number[] {
  return [...withoutCode(markdown).matchAll(/\[(\d{1,3})\](?!\()/g)].map(([, n]) => Number(n))
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^[ \t>]*(`{3,}|~{3,})[\s\S]*?^[ \t>]*\1[`~]*[ \t]*$/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Without citation marks, numbers of list items and ages, which are ours; a date inside code is the document's. */
function withoutMarks(text: string): string {
  return text
    .split(/(`{3,}[\s\S]*?`{3,}|`[^`\n]*`)/)
    .map((piece, at) =>
      at % 2 === 1
        ? piece
        : piece
            .replace(/(?<!\w)\[\d{1,3}\](?!\()/g, '')
            .replace(/^(\s*)\d{1,3}\.\s+/gm, '$1')
            .replace(ages, ''),
    )
    .join('')
}
