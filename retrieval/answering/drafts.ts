import type { AnswerWarning, RankedPassage } from '#knowledge/answer.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Evidence } from './evidence.ts'
import { ownedTerms } from './question.ts'
import { type AnswerPart, citationOf, quoted } from './quoting.ts'
import { cellsOf } from './rows.ts'
import type { Candidate } from './scoring.ts'
import { type SpokenOptions, spokenForm } from './spoken/spoken-form.ts'
import type { Asked } from './understanding.ts'
import { unitsOf } from './units.ts'
import { abstentionWords, ageStatement, nameOf, ownerStatement } from './wording.ts'

/** An answer before it has ids and times. */
export interface Draft {
  parts: readonly AnswerPart[]
  spoken: string
  /** What is said of the parts where something was said before them; absent: `spoken`. */
  goesOn?: string | undefined
  abstained: boolean
  confidence: number
  warnings: readonly AnswerWarning[]
  provider: string
  costUsd: number
}

const ours = { provider: 'extractive', costUsd: 0 }

/** Yields a draft's parts, returns the rest of it. All of it is there at once: who listens hears its spoken form. */
export function* drafted(
  { parts, goesOn, ...rest }: Draft,
  mode: 'text' | 'spoken',
): Generator<AnswerPart, Omit<Draft, 'parts' | 'goesOn'>> {
  if (mode === 'text') yield* parts
  else if (parts.length > 0) yield asOne(parts, goesOn ?? rest.spoken)
  return rest
}

function asOne(parts: readonly AnswerPart[], spoken: string): AnswerPart {
  return {
    text: parts.map(({ text, joint }, at) => (at === 0 ? text : `${joint ?? '\n\n'}${text}`)).join(''),
    citations: parts.flatMap(({ citations }) => citations),
    joint: parts[0]?.joint,
    spoken,
  }
}

/** The documents' own words. */
export function extractiveDraft(evidence: Evidence, options: SpokenOptions, firstNumber = 1): Draft {
  const { selection, question, confidence } = evidence
  const withOwners = question.wants.has('owner')
  const { lang, now } = options
  const parts = quoted(selection.groups, { lang, now, withOwners, firstNumber })
  return {
    ...ours,
    parts,
    spoken: spokenForm(selection, question, options),
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
export function ownerDraft(
  evidence: Evidence,
  asked: Asked,
  passages: readonly RankedPassage[],
  options: SpokenOptions,
): Draft {
  const meant = ownedTerms(asked.standalone)
  const isNamed = ({ document }: RankedPassage): boolean => {
    const title = new Set(termsOf(document.title))
    return meant.some((term) => title.has(term))
  }
  const row = passages.some(isNamed) ? undefined : rowOf(meant, evidence)
  if (row !== undefined)
    return extractiveDraft({ ...evidence, selection: { ...evidence.selection, best: row } }, options)
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
  const rest = says || parts.length === 0 ? extractiveDraft(evidence, options, parts.length + 1) : undefined
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

/** What is named in a table of owners need not be a document: the row that begins with its name. */
function rowOf(meant: readonly string[], { selection }: Evidence): Candidate | undefined {
  return selection.groups
    .flatMap(({ candidates }) => candidates)
    .find(({ unit }) => {
      const key = unit.kind === 'row' ? termsOf(cellsOf(unit.shown)[0] ?? '') : []
      return key.length > 0 && key.every((term) => meant.includes(term))
    })
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
