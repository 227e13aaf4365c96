import type { Lang } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { ReadQuestion } from '../question.ts'
import { plain } from '../readable.ts'
import { type Candidate, nearestHeading } from '../scoring.ts'

/** They head any procedure, and tell nobody which one it is. */
const headsAny =
  /\b(?:steps?|procedures?|instructions?|how|to|mitigat\w*|resol\w*|recover\w*|remed\w*|fix\w*|solutions?|workarounds?|actions?|runbook|playbook|usage|commands?|overview|summary|response|what|do|first|now)\b|手順|対応|対処|方法|復旧|手当て|やり方|概要|コマンド|まず|すること/gi
const longest = 80

/**
 * Where a procedure stands, for who can't see it: "Losing Tokyo" is another one than a failover, though it tells of one.
 * @returns '' where its heading says no more than the question or the title of its document.
 */
export function spokenSection(candidate: Candidate, question: ReadQuestion, lang: Lang): string {
  const heading = plain(nearestHeading(candidate)).trim()
  if (heading === '' || heading.length > longest) return ''
  const known = new Set([
    ...question.terms,
    ...[...question.alternatives.values()].flat(2),
    ...termsOf(candidate.passage.document.title),
  ])
  if (termsOf(heading.replaceAll(headsAny, ' ')).every((term) => known.has(term))) return ''
  const name = heading.replace(/[.。:：!?！？]+$/u, '')
  return lang === 'ja' ? `「${name}」の節です。` : `This is under "${name}".`
}
