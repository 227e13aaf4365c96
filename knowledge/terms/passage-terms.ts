import type { Passage, PassageTerms } from '#knowledge/passage.ts'
import { termsOf } from './terms.ts'

const fenced = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1`*~*[ \t]*$/gm

/** Changes when the same passage would get other terms; it is part of what makes stored entries out of date. */
export const termsVersion = 1

/**
 * The search terms of a passage by field. Words in backquotes count as prose and as code.
 * @param title The document's title and its other names.
 */
export function termsOfPassage(
  title: string,
  passage: Pick<Passage, 'heading' | 'context' | 'text' | 'kind'>,
): PassageTerms {
  const code: string[] = []
  const prose = passage.text.replace(fenced, (block) => {
    code.push(block.slice(block.indexOf('\n') + 1, block.lastIndexOf('\n')))
    return '\n'
  })
  for (const [, span] of prose.matchAll(/`([^`\n]{1,200})`/g)) if (span !== undefined) code.push(span)
  return {
    title: termsOf(title),
    heading: termsOf(passage.heading.join(' \n ')),
    context: termsOf(passage.context),
    body: termsOf(passage.kind === 'code' ? passage.text : prose),
    code: termsOf(code.join('\n')),
  }
}
