import type { Passage } from '#knowledge/passage.ts'

type Placed = Pick<Passage, 'id' | 'text' | 'heading' | 'fromLine' | 'toLine'>

/** The document as far as its passages hold it, with as many line ends between them as in the document. */
export function wholeText(passages: readonly Placed[]): string {
  let text = ''
  let toLine: number | undefined
  for (const passage of passages) {
    text += toLine === undefined ? '' : '\n'.repeat(Math.max(1, passage.fromLine - toLine))
    text += passage.text
    toLine = passage.toLine
  }
  return text
}

/**
 * The passage with those before and after it under the same heading, because neighbours of one section are cited as
 * one. Undefined when the document holds no such passage.
 */
export function passageTextAround(id: string, passages: readonly Placed[]): string | undefined {
  const at = passages.findIndex((passage) => passage.id === id)
  if (at < 0) return undefined
  const heading = headingOf(passages, at)
  let from = at
  let to = at
  while (headingOf(passages, from - 1) === heading) from -= 1
  while (headingOf(passages, to + 1) === heading) to += 1
  return wholeText(passages.slice(from, to + 1))
}

function headingOf(passages: readonly Placed[], at: number): string | undefined {
  return passages[at]?.heading.join('\n')
}
