import type { RankedPassage } from '#knowledge/answer.ts'
import { identifiersOf, termsOf } from '#knowledge/terms/terms.ts'
import type { SoftMatch } from '../../ranking/soft-match.ts'
import { plain } from '../readable.ts'
import type { Unit } from '../units.ts'
import { valuesOf } from '../values.ts'
import { factsOf, type SourceFacts } from './source-facts.ts'

/** A source as the model was given it. */
export interface NumberedSource {
  number: number
  passage: RankedPassage
}

export interface Support {
  source: NumberedSource
  /** What in the source says it. */
  unit: Unit
}

export type CheckedStatement =
  | { kind: 'supported'; supports: readonly Support[] }
  | { kind: 'unsupported'; reason: 'uncited' | 'values' | 'words' | 'polarity' }

/** Share of a statement's words that its sources must hold, in the same language and across languages. */
const leastWords = 0.5
const leastAcross = 0.42
const markPattern = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g

/** Holds statements of a model against the sources they cite. */
export class StatementChecker {
  readonly #sources: ReadonlyMap<number, NumberedSource>
  readonly #facts = new Map<number, SourceFacts>()
  readonly #softMatch: SoftMatch | undefined
  /** Names that may be used though a source does not hold them: the question's. */
  readonly #asked: string
  readonly #askedTerms: readonly string[]

  constructor(sources: readonly NumberedSource[], question: string, softMatch: SoftMatch | undefined) {
    this.#sources = new Map(sources.map((source) => [source.number, source]))
    this.#softMatch = softMatch
    this.#asked = question.normalize('NFKC').toLowerCase()
    this.#askedTerms = termsOf(this.#asked)
  }

  /** Reads the sources, which takes about a millisecond; otherwise each is read when it's cited first. */
  prepare(): void {
    for (const source of this.#sources.values()) this.#factsOf(source)
  }

  /** @param inherited Sources that the statement before cited, for code that follows it without a mark of its own. */
  check(statement: string, inherited: readonly number[]): CheckedStatement {
    const marked = marksOf(statement)
    const isCode = /^\s*(?:`{3,}|~{3,})/.test(statement)
    const numbers = marked.length > 0 ? marked : isCode ? inherited : []
    const sources = numbers.flatMap((number) => this.#sources.get(number) ?? [])
    if (sources.length === 0 || sources.length < numbers.length) return { kind: 'unsupported', reason: 'uncited' }
    const text = withoutMarks(statement)
    if (!this.#holdsValues(text, sources)) return { kind: 'unsupported', reason: 'values' }
    const supports = sources.flatMap((source): Support[] => {
      const unit = this.#bestUnit(text, source)
      return unit === undefined ? [] : [{ source, unit }]
    })
    if (!this.#holdsWords(text, supports)) return { kind: 'unsupported', reason: 'words' }
    if (supports.some(({ unit }) => turnsAround(text, unit.shown))) return { kind: 'unsupported', reason: 'polarity' }
    return { kind: 'supported', supports }
  }

  #factsOf({ number, passage }: NumberedSource): SourceFacts {
    const known = this.#facts.get(number)
    if (known !== undefined) return known
    const facts = factsOf(passage)
    this.#facts.set(number, facts)
    return facts
  }

  /** Each of its values and names stands in one of the sources. */
  #holdsValues(text: string, sources: readonly NumberedSource[]): boolean {
    const facts = sources.map((source) => this.#factsOf(source))
    const values = valuesOf(text)
    const missing = facts.map((each) => new Set(each.values.missing(values)))
    const [first, ...others] = missing
    if (first === undefined || [...first].some((value) => others.every((each) => each.has(value)))) return false
    return identifiersOf(text).every(
      (name) => facts.some(({ held }) => held.includes(name)) || this.#asked.includes(name),
    )
  }

  #bestUnit(text: string, source: NumberedSource): Unit | undefined {
    const { units } = this.#factsOf(source)
    const terms = new Set(termsOf(text))
    const covered = this.#softMatch?.coverage(
      plain(text),
      units.map(({ unit }) => unit.shown),
    )
    let best: { unit: Unit; score: number } | undefined
    for (const [at, { unit, terms: own }] of units.entries()) {
      const score = shareOf(terms, own) + (covered?.[at] ?? 0) + (unit.kind === 'code' && /`{3}/.test(text) ? 0.2 : 0)
      if (best === undefined || score > best.score) best = { unit, score }
    }
    return best !== undefined && best.score > 0 ? best.unit : undefined
  }

  /** The words of the statement stand in what it cites, or in the question. */
  #holdsWords(text: string, supports: readonly Support[]): boolean {
    const [first] = supports
    if (first === undefined) return false
    const terms = new Set(termsOf(plain(text)))
    if (terms.size === 0) return true
    const held = new Set([...this.#askedTerms, ...supports.flatMap(({ source }) => [...this.#factsOf(source).terms])])
    if (shareOf(terms, held) >= leastWords) return true
    if (this.#softMatch === undefined) return !sameScript(text, first.source.passage.passage.text)
    const sources = supports.map(({ source }) => source.passage.passage.text).join('\n')
    return (this.#softMatch.coverage(plain(text), [`${sources}\n${this.#asked}`])[0] ?? 0) >= leastAcross
  }
}

export function marksOf(statement: string): number[] {
  const outsideCode = statement
    .replace(/^[ \t>]*(`{3,}|~{3,})[\s\S]*?^[ \t>]*\1[`~]*[ \t]*$/gm, '')
    .replace(/`[^`\n]*`/g, '')
  const numbers = [...outsideCode.matchAll(markPattern)].flatMap(([, list = '']) => list.split(',').map(Number))
  return [...new Set(numbers)]
}

/** Without its citations and its list marker, which is ours to number. */
function withoutMarks(statement: string): string {
  return statement.replace(/(?<!\w)\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g, '').replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+/, '')
}

function shareOf(terms: ReadonlySet<string>, held: ReadonlySet<string>): number {
  if (terms.size === 0) return 0
  let found = 0
  for (const term of terms) if (held.has(term)) found += 1
  return found / terms.size
}

const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/
function sameScript(a: string, b: string): boolean {
  return japanese.test(a) === japanese.test(b)
}

const negation =
  /\b(?:not|never|no longer|cannot|can't|don't|doesn't|isn't|aren't|won't|shouldn't|mustn't|disabled?|without)\b/i
const negationJa = /ない|ません|ず(?:に|、)|禁止|無効|しないで/

/** Nearly the same words, but one says that it is not so. */
function turnsAround(statement: string, source: string): boolean {
  if (!sameScript(statement, source)) return false
  const [own, said] = [new Set(termsOf(statement)), new Set(termsOf(source))]
  if (shareOf(own, said) < 0.75 || shareOf(said, own) < 0.6) return false
  const denies = japanese.test(statement) ? negationJa : negation
  return denies.test(statement) !== denies.test(source)
}
