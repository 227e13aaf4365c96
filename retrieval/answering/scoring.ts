import type { RankedPassage } from '#knowledge/answer.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { SoftMatch } from '../ranking/soft-match.ts'
import { tellsOfItself } from './about-itself.ts'
import type { Facet, ReadQuestion } from './question.ts'
import { plain } from './readable.ts'
import { cellsOf } from './rows.ts'
import { type Unit, unitsOf } from './units.ts'
import { procedural, wantedness, wantedPlace } from './wantedness.ts'
import { nameOf } from './wording.ts'

/** A unit that may be quoted, with what is needed to judge it. */
export interface Candidate {
  passage: RankedPassage
  unit: Unit
  /** All units of its passage, itself among them. */
  siblings: readonly Unit[]
  terms: ReadonlySet<string>
  /** Terms of the headings above it and of its document's title. */
  context: ReadonlySet<string>
  /** Title, nearest heading and the unit's words: a sentence alone often doesn't name its subject. */
  inPlace: string
  /** The unit that announces this one. */
  intro?: Unit | undefined
  embedding?: Float32Array | undefined
}

/** What speaks for a unit as the answer to one part of a question; each 0..1. */
export interface Features {
  /** Share of the question's words in the unit, rare ones weighing more. */
  words: number
  /** The same with the headings above it, beyond `words`. */
  context: number
  /** Cosine of the unit in its place. */
  meaning: number
  /** The same with the question's other words. */
  otherMeaning: number
  /** Words of the question for which the unit has one that means about the same. */
  covered: number
  /** The same with the headings above it, beyond `covered`. */
  coveredInPlace: number
  /** It holds the kind of thing that is asked for. */
  wanted: number
  /** It stands where such things are told. */
  place: number
  /** Its passage tells how something is done, when that is asked. */
  procedure: number
  /** Share of the heading over it that the question speaks of. */
  named: number
  /** A row whose first cell the question says word for word. */
  keyed: number
  /** It tells about its page rather than about the thing. */
  ofItself: number
  /** How the search judged its passage, against the best one. */
  passage: number
  /** 1 for the first passage, 1/2 for the second. */
  rank: number
}

/** How much each feature counts; found on questions of our own. */
const featureWeights: Record<keyof Features, number> = {
  words: 0.05,
  context: 0.05,
  meaning: 0.75,
  otherMeaning: 0.24,
  covered: 0.27,
  coveredInPlace: 0.19,
  wanted: 0.2,
  place: 0.07,
  procedure: 0.15,
  named: 0.2,
  keyed: 0.3,
  ofItself: -0.25,
  passage: 0.46,
  rank: 0.16,
}

export interface Score extends Features {
  total: number
}

/** A candidate with its scores: for each part of the question, and for the whole of it. */
export interface Judged {
  candidate: Candidate
  facets: readonly Score[]
  whole: Score
}

export interface JudgingParts {
  embedder?: Embedder | undefined
  softMatch?: SoftMatch | undefined
}

export function candidatesOf(passages: readonly RankedPassage[]): Candidate[] {
  return passages.flatMap((passage) => {
    const { document } = passage
    const place = `${document.title}\n${passage.passage.heading.join('\n')}`
    const units = unitsOf(passage.passage)
    return units.map((unit) => ({
      passage,
      unit,
      siblings: units,
      intro: unit.intro === undefined ? undefined : units[unit.intro],
      terms: new Set(termsOf(unit.shown)),
      context: new Set(termsOf(`${place}\n${unit.heading.join('\n')}`)),
      inPlace: `${document.title} ${unit.heading.at(-1) ?? headingOver({ passage })} ${unit.shown.slice(0, 1000)}`,
    }))
  })
}

/** Whether the question says a row's first cell. One word would be too little: a service's name stands at the head of a row, and in any question about it. */
export function isKeyOf({ kind, shown }: Unit, question: string): boolean {
  if (kind !== 'row') return false
  const key = folded(cellsOf(shown)[0] ?? '')
  const isTelling = /\S\s+\S/.test(key) || /[\u3040-\u30ff\u4e00-\u9fff]{5}/.test(key)
  return isTelling && folded(question).includes(key)
}

function folded(text: string): string {
  return plain(text).normalize('NFKC').toLowerCase()
}

/** The heading right above a unit; '' where that is only the document's title. */
export function nearestHeading({ unit, passage }: Candidate): string {
  const heading = unit.heading.at(-1) ?? headingOver({ passage })
  return nameOf(heading) === nameOf(passage.document.title) ? '' : heading
}

function headingOver({ passage }: { passage: RankedPassage }): string {
  return passage.passage.heading.at(-1) ?? ''
}

export async function embedCandidates(
  candidates: readonly Candidate[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<void> {
  const vectors = await embedder.embed(
    candidates.map(({ inPlace }) => inPlace),
    signal,
  )
  for (const [index, candidate] of candidates.entries()) candidate.embedding = vectors[index]
}

/** Scores every candidate for every part of the question. */
export async function judge(
  question: ReadQuestion,
  candidates: readonly Candidate[],
  { embedder, softMatch }: JudgingParts,
  signal: AbortSignal,
): Promise<Judged[]> {
  const asked = [...question.facets, question]
  const vectors = await embedder?.embed(
    asked.flatMap(({ text, saidOtherwise }) => [text, saidOtherwise]),
    signal,
  )
  const shares = new WordShares(candidates)
  const best = Math.max(1e-6, ...candidates.map(({ passage }) => passage.score))
  const columns = asked.map((facet, at) => {
    const covered = softMatch?.coverage(
      facet.text,
      candidates.map(({ unit }) => unit.shown),
    )
    const named = softMatch?.spokenOf(
      facet.text,
      candidates.map((candidate) => nearestHeading(candidate)),
    )
    const inPlace = softMatch?.coverage(
      facet.text,
      candidates.map((candidate) => candidate.inPlace),
    )
    return candidates.map((candidate, row): Score => {
      const features: Features = {
        ...shares.of(candidate, facet),
        meaning: cosine(candidate.embedding, vectors?.[2 * at]),
        otherMeaning: cosine(candidate.embedding, vectors?.[2 * at + 1]),
        covered: covered?.[row] ?? 0,
        coveredInPlace: Math.max(0, (inPlace?.[row] ?? 0) - (covered?.[row] ?? 0)),
        wanted: wantedness(candidate.unit, candidate.intro, facet.wants),
        place: wantedPlace(
          candidate.unit.heading,
          headingOver(candidate),
          candidate.passage.document.kind === 'alert',
          facet.wants,
        ),
        procedure: procedural(
          candidate.siblings,
          {
            document: `${candidate.passage.document.path} ${candidate.passage.document.title}`,
            heading: headingOver(candidate),
          },
          facet,
        ),
        named: nearestHeading(candidate) === '' ? 0 : (named?.[row] ?? 0),
        keyed: Number(isKeyOf(candidate.unit, facet.text)),
        ofItself: Number(tellsOfItself(candidate.unit.shown)),
        passage: candidate.passage.score / best,
        rank: 1 / candidate.passage.rank,
      }
      return { ...features, total: totalOf(features) }
    })
  })
  return candidates.flatMap((candidate, row) => {
    const scores = columns.flatMap((column) => column[row] ?? [])
    const whole = scores.pop()
    return whole === undefined ? [] : [{ candidate, facets: scores, whole }]
  })
}

function totalOf(features: Features): number {
  const w = featureWeights
  return (
    w.words * features.words +
    w.context * features.context +
    w.meaning * features.meaning +
    w.otherMeaning * features.otherMeaning +
    w.covered * features.covered +
    w.coveredInPlace * features.coveredInPlace +
    w.wanted * features.wanted +
    w.place * features.place +
    w.procedure * features.procedure +
    w.named * features.named +
    w.keyed * features.keyed +
    w.ofItself * features.ofItself +
    w.passage * features.passage +
    w.rank * features.rank
  )
}

/**
 * The total without what only tells where among good units to begin: a heading that sounds like the question makes nothing
 * truer, and how sure we are of an answer was found without it.
 */
export function totalInItself({ total, named, keyed, ofItself }: Score): number {
  const w = featureWeights
  return total - w.named * named - w.keyed * keyed - w.ofItself * ofItself
}

/** What another word for a question's word counts, of the word itself. */
const otherWordCounts = 0.7

/** Words in common, weighed by how rare they are among what may be quoted. */
class WordShares {
  readonly #rarity: (term: string) => number

  constructor(candidates: readonly Candidate[]) {
    const frequencies = new Map<string, number>()
    for (const { terms } of candidates) {
      for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
    }
    this.#rarity = (term) => Math.log(1 + candidates.length / (0.5 + (frequencies.get(term) ?? 0)))
  }

  of(candidate: Candidate, { terms, alternatives }: Facet): { words: number; context: number } {
    const held = (has: (term: string) => boolean) => (term: string) => {
      if (has(term)) return 1
      return alternatives.get(term)?.some((other) => other.length > 0 && other.every(has)) === true
        ? otherWordCounts
        : 0
    }
    const words = this.#share(
      terms,
      held((term) => candidate.terms.has(term)),
    )
    const context = this.#share(
      terms,
      held((term) => candidate.terms.has(term) || candidate.context.has(term)),
    )
    return { words, context: context - words }
  }

  #share(terms: readonly string[], held: (term: string) => number): number {
    let all = 0
    let found = 0
    for (const term of terms) {
      const rarity = this.#rarity(term)
      all += rarity
      found += rarity * held(term)
    }
    return all === 0 ? 0 : found / all
  }
}

export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) return 0
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return Math.max(0, sum)
}
