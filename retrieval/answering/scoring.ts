import type { RankedPassage } from '#knowledge/answer.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Facet, ReadQuestion, Want } from './question.ts'
import { type Unit, unitsOf } from './units.ts'

/** A unit that may be quoted, with what is needed to judge it. */
export interface Candidate {
  passage: RankedPassage
  unit: Unit
  terms: ReadonlySet<string>
  /** Terms of the headings above it and of its document's title. */
  context: ReadonlySet<string>
  embedding?: Float32Array | undefined
}

/** How well a unit answers one facet, and what that is made of. */
export interface Score {
  total: number
  /** Share of the facet's terms in the unit, rare ones weighing more. */
  words: number
  /** Cosine; 0 without an embedder. */
  meaning: number
}

/** How much each part of a score weighs; found on questions of our own. */
const weight = { words: 0.55, context: 0.25, meaning: 0.55, want: 0.18, passage: 0.5 }

export function candidatesOf(passages: readonly RankedPassage[]): Candidate[] {
  return passages.flatMap((passage) => {
    const place = `${passage.document.title}\n${passage.passage.heading.join('\n')}`
    return unitsOf(passage.passage).map((unit) => ({
      passage,
      unit,
      terms: new Set(termsOf(unit.shown)),
      context: new Set(termsOf(`${place}\n${unit.heading.join('\n')}`)),
    }))
  })
}

/** Gives each candidate its vector; headings go along, since a sentence alone often doesn't name its subject. */
export async function embedCandidates(
  candidates: readonly Candidate[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<void> {
  const texts = candidates.map(({ passage, unit }) => {
    const heading = unit.heading.at(-1) ?? passage.passage.heading.at(-1) ?? ''
    return `${passage.document.title} ${heading} ${unit.shown.slice(0, 1000)}`
  })
  const vectors = await embedder.embed(texts, signal)
  for (const [index, candidate] of candidates.entries()) candidate.embedding = vectors[index]
}

/** Scores candidates against the parts of a question. */
export class Scorer {
  readonly #rarity: (term: string) => number
  readonly #best: number

  constructor(candidates: readonly Candidate[]) {
    const frequencies = new Map<string, number>()
    for (const { terms } of candidates)
      for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
    const count = candidates.length
    this.#rarity = (term) => Math.log(1 + count / (0.5 + (frequencies.get(term) ?? 0)))
    this.#best = Math.max(1e-6, ...candidates.map(({ passage }) => passage.score))
  }

  score(candidate: Candidate, facet: Facet, embedding: Float32Array | undefined): Score {
    const words = this.#share(facet.terms, (term) => candidate.terms.has(term))
    const context = this.#share(facet.terms, (term) => candidate.terms.has(term) || candidate.context.has(term))
    const meaning = cosine(candidate.embedding, embedding)
    const { rank, score } = candidate.passage
    const prior = 0.6 * (score / this.#best) + 0.4 / rank
    const total =
      weight.words * words +
      weight.context * (context - words) +
      weight.meaning * meaning +
      weight.want * wantedness(candidate.unit, facet.wants) +
      weight.passage * prior
    return { total, words, meaning }
  }

  #share(terms: readonly string[], has: (term: string) => boolean): number {
    let all = 0
    let found = 0
    for (const term of terms) {
      const rarity = this.#rarity(term)
      all += rarity
      if (has(term)) found += rarity
    }
    return all === 0 ? 0 : found / all
  }
}

export interface FacetVectors {
  whole: Float32Array | undefined
  facets: readonly (Float32Array | undefined)[]
}

export async function embedQuestion(
  question: ReadQuestion,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<FacetVectors> {
  const [whole, ...facets] = await embedder.embed(
    [question.text, ...question.facets.map((facet) => facet.text)],
    signal,
  )
  return { whole, facets }
}

export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) return 0
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return Math.max(0, sum)
}

/** Headings that runbooks and how-tos give to the sections that answer such questions, in both languages. */
const headings: Partial<Record<Want, RegExp>> = {
  fix: /mitigat|resol|remed|fix|recover|solution|workaround|対処|解決|復旧|緩和|対応|回避/i,
  steps: /mitigat|resol|remed|fix|recover|procedure|steps|how to|手順|方法|対処|対応/i,
  check: /diagnos|troubleshoot|investigat|check|verif|debug|確認|診断|調査|トラブル/i,
  meaning: /meaning|overview|what is|description|about|意味|概要|とは/i,
  impact: /impact|effect|影響/i,
  cause: /cause|reason|why|diagnos|meaning|原因|理由/i,
  owner: /owner|contact|escalat|team|担当|連絡|エスカレ/i,
}

/** 0..1: whether the unit holds the kind of thing that is asked for. */
export function wantedness(unit: Unit, wants: ReadonlySet<Want>): number {
  let best = 0
  for (const want of wants) {
    const heading = headings[want]?.test(unit.heading.at(-1) ?? '') === true ? 0.5 : 0
    best = Math.max(best, Math.min(1, holds(unit, want) + heading))
  }
  return best
}

const quantity = /\d\s*(?:%|％|[a-z]{1,3}\b|パーセント|秒|分|時間|日|個|回|台|seconds?|minutes?|hours?|days?|percent)/i

function holds(unit: Unit, want: Want): number {
  const { shown, kind, field } = unit
  const inlineCode = /`[^`]+`/.test(shown)
  switch (want) {
    case 'command':
      return kind === 'code' ? 1 : /`[^`]*\s[^`]*`|`--?\w/.test(shown) ? 0.8 : inlineCode ? 0.4 : 0
    case 'number':
      if (field === 'for' || field === 'expr') return 0.9
      return quantity.test(shown) ? 1 : /\d/.test(shown.replace(/https?:\S+/g, '')) ? 0.7 : 0
    case 'place':
      return /(?:^|[\s`"(])[~.]?\/[\w.-]+|https?:\/\/|\b[\w-]+\.(?:ya?ml|json|conf|md|log)\b/.test(shown)
        ? 1
        : inlineCode
          ? 0.4
          : 0
    case 'name':
      return inlineCode ? 0.8 : kind === 'field' || /\b[a-z]+[A-Z]\w+|\b\w+_\w+/.test(shown) ? 0.6 : 0
    case 'owner':
      return /\bteam|owner|contact|channel|@\w|escalat|担当|チーム|連絡|オーナー/i.test(shown) ? 1 : 0
    case 'cause':
      return /\bbecause\b|\bdue to\b|\bcaused?\b|\bwhen\b|\breason\b|\bif\b|\bresult\w* (?:of|from|in)\b|ため|原因|よって|ので|場合/i.test(
        shown,
      )
        ? 0.8
        : 0
    case 'steps':
    case 'fix':
      return kind === 'step' || kind === 'code' ? 0.8 : 0
    case 'check':
      return kind === 'code' ? 0.8 : /\bcheck|verify|look|see|run|monitor|確認|調べ/i.test(shown) ? 0.6 : 0
    case 'meaning':
      return /\b(?:is|are|means?|fires?|triggers?|triggered|indicates?)\b|とは|です|意味|示し/i.test(shown) &&
        kind === 'sentence'
        ? 0.7
        : field === 'summary' || field === 'description'
          ? 0.8
          : 0
    case 'impact':
      return /\b(?:cannot|can't|unable|lose|loss|degrad|fail|down|unavailable|may|might|will)\b|できな|失|影響|可能性/i.test(
        shown,
      )
        ? 0.6
        : 0
    case 'decision':
      return /\b(?:not|never|should|must|only|safe|expected|normal|default|can|cannot|recommended|required|deprecated)\b|ない|必要|推奨|できます|ください|べき/i.test(
        shown,
      )
        ? 0.7
        : 0
  }
}
