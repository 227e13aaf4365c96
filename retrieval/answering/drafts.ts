import type { AnswerWarning, RankedPassage } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Evidence } from './evidence.ts'
import { ownedTerms } from './question.ts'
import { type AnswerPart, citationOf, quoted } from './quoting.ts'
import { spokenForm } from './spoken/spoken-form.ts'
import type { Asked } from './understanding.ts'
import { unitsOf } from './units.ts'
import { abstentionWords, ageStatement, nameOf, ownerStatement } from './wording.ts'

/** An answer before it has ids and times. */
export interface Draft {
  parts: readonly AnswerPart[]
  spoken: string
  abstained: boolean
  confidence: number
  warnings: readonly AnswerWarning[]
  provider: string
  costUsd: number
}

const ours = { provider: 'extractive', costUsd: 0 }

/** Yields a draft's parts, returns the rest of it. */
export function* drafted({ parts, ...rest }: Draft): Generator<AnswerPart, Omit<Draft, 'parts'>> {
  yield* parts
  return rest
}

/** The documents' own words. */
export function extractiveDraft(evidence: Evidence, now: Date, lang: Lang, firstNumber = 1): Draft {
  const { selection, question, confidence } = evidence
  const withOwners = question.wants.has('owner')
  const parts = quoted(selection.groups, { lang, now, withOwners, firstNumber })
  return {
    ...ours,
    parts,
    spoken: spokenForm(selection, question, { now, lang }),
    abstained: false,
    confidence,
    warnings: evidence.warnings(new Set(parts.flatMap((part) => part.citations.map(({ passageId }) => passageId)))),
  }
}

const longestShown = 200

/** Says that nothing was found, what was looked for, and who owns what comes nearest. */
export function abstention(asked: Asked, nearest: readonly RankedPassage[], confidence: number): Draft {
  const text = asked.standalone
    .replace(/\s+/g, ' ')
    .replace(/["「」[\]]/g, '')
    .trim()
  const shown = text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`
  const lookedFor = /[\p{L}\d]/u.test(shown) ? shown : ''
  const trusted = nearest.filter(({ passage }) => !passage.suspicious)
  const { answer, spoken } = abstentionWords(lookedFor, trusted, asked.lang)
  return { ...ours, parts: [{ text: answer, citations: [] }], spoken, abstained: true, confidence, warnings: [] }
}

/** "Who owns …?": by the record of the document that is meant, and of the others of its name; then what it says itself. */
export function ownerDraft(evidence: Evidence, asked: Asked, passages: readonly RankedPassage[], now: Date): Draft {
  const meant = ownedTerms(asked.standalone)
  const isNamed = ({ document }: RankedPassage): boolean => {
    const title = new Set(termsOf(document.title))
    return meant.some((term) => title.has(term))
  }
  const first = passages.find(isNamed) ?? passages[0]
  const named = passages.filter(
    ({ document }) => first !== undefined && nameOf(document.title) === nameOf(first.document.title),
  )
  const documents = [...new Map(named.map((passage) => [passage.document.id, passage])).values()]
  const owned = documents.filter(({ document }) => document.owners.length > 0)
  const parts = (owned.length > 0 ? owned : documents.slice(0, 1)).slice(0, 3).flatMap((source, at): AnswerPart[] => {
    const unit = unitsOf(source.passage)[0]
    if (unit === undefined) return []
    return [{ text: ownerStatement(source, at + 1, asked.lang), citations: [citationOf(at + 1, [unit], source)] }]
  })
  const says = evidence.selection.score.wanted > 0 && evidence.selection.score.words >= 0.3
  const rest = says || parts.length === 0 ? extractiveDraft(evidence, now, asked.lang, parts.length + 1) : undefined
  const cited = new Set(
    [...parts, ...(rest?.parts ?? [])].flatMap((part) => part.citations.map(({ passageId }) => passageId)),
  )
  return {
    ...ours,
    parts: [...parts, ...(rest?.parts ?? [])],
    spoken: parts[0] === undefined ? (rest?.spoken ?? '') : parts[0].text.replace(/\s*\[\d+\]|\*| \([^()]*\)/g, ''),
    abstained: false,
    confidence: evidence.confidence,
    warnings: evidence.warnings(cited),
  }
}

/** "How old is that?": the dates, reviews and owners of what the last answer cited. */
export function ageDraft(asked: Asked, passages: readonly RankedPassage[], now: Date): Draft | undefined {
  const cited = passages.filter(({ passage }) => asked.lastCited.includes(passage.id))
  // An alert's rule has an age too, but who asks for a runbook's doesn't mean it.
  const named = passages.find(({ document }) => document.kind !== 'alert') ?? passages[0]
  const sources = cited.length > 0 ? cited.slice(0, 4) : named === undefined ? [] : [named]
  const parts = sources.flatMap((source, at): AnswerPart[] => {
    const first = unitsOf(source.passage)[0]
    if (first === undefined) return []
    return [{ text: ageStatement(source, at + 1, now, asked.lang), citations: [citationOf(at + 1, [first], source)] }]
  })
  const [spoken] = parts
  if (spoken === undefined) return undefined
  return {
    ...ours,
    parts,
    spoken: spoken.text.replace(/\s*\[\d+\]|\*/g, ''),
    abstained: false,
    confidence: 1,
    warnings: [],
  }
}
