import type { RankedPassage } from '#knowledge/answer.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { ReadQuestion } from './question.ts'
import { type Candidate, cosine } from './scoring.ts'
import { normalised, valuesOf } from './values.ts'
import { nameOf } from './wording.ts'

/** Two sources say different things about the same; the newer or verified one is believed. */
export interface Disagreement {
  believed: Candidate
  other: Candidate
}

export interface Reconciled {
  /** Without what a newer source corrects. */
  candidates: Candidate[]
  disagreements: Disagreement[]
  /** Older versions of a passage that is among the candidates too: nothing of them is quoted. */
  superseded: { newer: RankedPassage; older: RankedPassage }[]
}

const dayMs = 86_400_000
/** Edits closer together than this say nothing about which of two texts replaced the other. */
const leastAgeGapMs = 2 * dayMs
/** Only the best passages are compared: a contradiction further down concerns another question. */
const comparedPassages = 10

/**
 * Compares what the passages say. Precision first: two claims disagree only when nearly all their words are the same
 * and a number, flag, command, path or name is not.
 */
export function reconcile(candidates: readonly Candidate[], question: ReadQuestion): Reconciled {
  const passages = [...new Set(candidates.map(({ passage }) => passage))].slice(0, comparedPassages)
  const claims = new Map(passages.map((passage) => [passage, claimsOf(candidates, passage)]))
  const superseded: Reconciled['superseded'] = []
  const disagreements: Disagreement[] = []
  const dropped = new Set<Candidate>()
  for (const [at, one] of passages.entries()) {
    for (const two of passages.slice(at + 1)) {
      const pair = inTime(one, two)
      if (pair === undefined || asksAboutOlder(question, pair.newer, pair.older)) continue
      const newer = claims.get(pair.newer) ?? []
      const older = claims.get(pair.older) ?? []
      for (const { believed, other } of contradictions(newer, older)) {
        disagreements.push({ believed, other })
        dropped.add(other)
      }
      if (isOldVersion(pair.newer, pair.older, newer, older)) superseded.push(pair)
    }
  }
  const old = new Set(superseded.map(({ older }) => older))
  return {
    candidates: candidates.filter((candidate) => !dropped.has(candidate) && !old.has(candidate.passage)),
    disagreements,
    superseded,
  }
}

/** Until when somebody stood by the passage. */
export function trustedAt({ freshness }: RankedPassage): number {
  return Math.max(freshness.editedAt.getTime(), freshness.verifiedAt?.getTime() ?? 0)
}

function inTime(one: RankedPassage, two: RankedPassage): { newer: RankedPassage; older: RankedPassage } | undefined {
  if (one.document.id === two.document.id) return undefined
  const gap = trustedAt(one) - trustedAt(two)
  if (Math.abs(gap) < leastAgeGapMs) return undefined
  return gap > 0 ? { newer: one, older: two } : { newer: two, older: one }
}

/** The question names what only the older document is about (another product, an old version): then that one answers. */
function asksAboutOlder(question: ReadQuestion, newer: RankedPassage, older: RankedPassage): boolean {
  const [scope, other] = [scopeOf(older), scopeOf(newer)]
  const excluded = excludedTerms(question.text)
  if ([...excluded].some((term) => other.has(term) && !scope.has(term))) return true
  const named = question.terms.filter((term) => !excluded.has(term))
  const forOlder = named.filter((term) => scope.has(term) && !other.has(term)).length
  const forNewer = named.filter((term) => other.has(term) && !scope.has(term)).length
  return forOlder > forNewer
}

/** Where a document stands and what it is called; `en` and `docs` are no topics. */
function scopeOf({ document }: RankedPassage): Set<string> {
  const place = document.path
    .replace(/\.[a-z]+$/, '')
    .replace(/(^|[/._-])(?:en|ja|docs?|content|src|wiki|archive|old)(?=[/._-]|$)/g, '$1')
  return new Set(termsOf(`${document.source} ${place.replaceAll('/', ' ')} ${document.title}`))
}

function excludedTerms(text: string): Set<string> {
  const found = text.matchAll(
    /\b(?:non-|not (?:on |in |for |using |an? )?|without |except (?:for |on )?|outside (?:of )?)([A-Za-z][\w-]+)|([A-Za-z][\w-]+)(?:以外|ではな)/gi,
  )
  return new Set([...found].flatMap(([, en, ja]) => termsOf(en ?? ja ?? '')))
}

/** What a unit says, its values taken out. */
interface Claim {
  candidate: Candidate
  words: ReadonlySet<string>
  values: ReadonlySet<string>
}

const fewestWords = 4

function claimsOf(candidates: readonly Candidate[], passage: RankedPassage): Claim[] {
  return candidates.filter((candidate) => candidate.passage === passage).map(claimOf)
}

function claimOf(candidate: Candidate): Claim {
  const { unit } = candidate
  const text = unit.kind === 'code' ? `\`${unit.shown.replace(/\n/g, '`\n`')}\`` : unit.shown
  const { numbers, flags, paths, urls, code } = valuesOf(text)
  const codeTokens = [...code].flatMap((line) => line.split(' '))
  const values = new Set([...numbers, ...flags, ...paths, ...urls, ...codeTokens].map(normalised))
  const words = new Set(
    [...candidate.terms].filter((term) => !/^[\d.]+[a-z%]*$/.test(term) && !(unit.kind !== 'code' && values.has(term))),
  )
  return { candidate, words, values }
}

function contradictions(newer: readonly Claim[], older: readonly Claim[]): Disagreement[] {
  const found: Disagreement[] = []
  for (const other of older) {
    if (other.values.size === 0) continue
    // What the newer source says too, wherever it says it, is not contradicted by it.
    if (newer.some((claim) => [...other.values].every((value) => claim.values.has(value)))) continue
    const believed = newer.find((claim) => contradicts(claim, other))
    if (believed !== undefined) found.push({ believed: believed.candidate, other: other.candidate })
  }
  return found
}

function contradicts(a: Claim, b: Claim): boolean {
  if (a.candidate.unit.kind === 'code' || b.candidate.unit.kind === 'code') return codeDiffers(a, b)
  const onlyA = [...a.values].filter((value) => !b.values.has(value))
  const onlyB = [...b.values].filter((value) => !a.values.has(value))
  if (onlyA.length === 0 || onlyB.length === 0) return false
  if (a.candidate.passage.passage.lang !== b.candidate.passage.passage.lang)
    return translationDiffers(a, b, onlyA, onlyB)
  if (Math.min(a.words.size, b.words.size) < fewestWords) return false
  return overlap(a.words, b.words) >= 0.62 && sameKind(onlyA, onlyB)
}

/** A number against a number, a flag against a flag; a list of examples against a number is no contradiction. */
function sameKind(a: readonly string[], b: readonly string[]): boolean {
  const kind = (value: string): string =>
    /^[\d.,]+$/.test(value) ? 'number' : value.startsWith('-') ? 'flag' : /^https?:/.test(value) ? 'url' : 'name'
  const kinds = new Set(a.map(kind))
  return b.some((value) => kind(value) !== 'url' && kinds.has(kind(value)))
}

/** One command of one line in both, most of its words the same, but not all. */
function codeDiffers(a: Claim, b: Claim): boolean {
  if (a.candidate.unit.kind !== b.candidate.unit.kind) return false
  const [one, two] = [commandWords(a), commandWords(b)]
  if (one === undefined || two === undefined || one.join(' ') === two.join(' ')) return false
  if (one.length < 3 || two.length < 3 || one[0] !== two[0] || one[1] !== two[1]) return false
  const [left, right] = [new Set(one), new Set(two)]
  const flagsDiffer =
    [...left].some((word) => /^-|[=/:]/.test(word) && !right.has(word)) &&
    [...right].some((word) => /^-|[=/:]/.test(word) && !left.has(word))
  return flagsDiffer && overlap(left, right) >= 0.5
}

function commandWords({ candidate }: Claim): string[] | undefined {
  const lines = candidate.unit.shown
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
  if (lines.length !== 1) return undefined
  return normalised(lines[0] ?? '')
    .replace(/^[$#%>]\s+/, '')
    .split(' ')
}

/** A page and its translation: aligned by meaning, a value in common, and one that each alone has. */
function translationDiffers(a: Claim, b: Claim, onlyA: readonly string[], onlyB: readonly string[]): boolean {
  if (samePage(a.candidate.passage, b.candidate.passage) !== 'translation') return false
  const common = [...a.values].filter((value) => b.values.has(value)).length
  const alike = cosine(a.candidate.embedding, b.candidate.embedding)
  return sameKind(onlyA, onlyB) && onlyA.length + onlyB.length <= 4 && (common > 0 ? alike >= 0.6 : alike >= 0.75)
}

function samePage(a: RankedPassage, b: RankedPassage): 'translation' | 'no' {
  const path = ({ document }: RankedPassage): string =>
    document.path.replace(/(^|[/._-])(?:en|ja|jp|en-us|ja-jp)(?=[/._-]|$)/gi, '$1')
  return a.document.path !== b.document.path && path(a) === path(b) ? 'translation' : 'no'
}

/**
 * Sentences of the one are found again in the other, a good deal older: a copy that was left behind. How many must be
 * depends on how much the places have in common.
 */
function isOldVersion(
  newer: RankedPassage,
  older: RankedPassage,
  now: readonly Claim[],
  then: readonly Claim[],
): boolean {
  if (newer.passage.lang !== older.passage.lang || newer.document.kind !== older.document.kind) return false
  const told = then.filter((claim) => claim.words.size >= fewestWords)
  const again = (least: number): number =>
    told.filter((claim) => now.some((other) => overlap(other.words, claim.words) >= least)).length
  const sameHeading = headingOf(newer) === headingOf(older)
  const sameTitle = nameOf(newer.document.title) === nameOf(older.document.title)
  if (told.length === 0) return false
  if (sameHeading && sameTitle) return again(0.5) / told.length >= 0.2
  if (sameHeading || sameTitle) return again(0.8) / told.length >= 0.35
  return again(0.8) >= 2 && again(0.8) / told.length >= 0.6
}

function headingOf({ passage }: RankedPassage): string {
  return normalised(passage.heading.at(-1) ?? '')
    .toLowerCase()
    .replace(/\s*(?:\(.*\)|\{#.*\})\s*$/g, '')
}

/** Share of words in common, of all words of both. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0
  for (const word of a) if (b.has(word)) common += 1
  const all = a.size + b.size - common
  return all === 0 ? 0 : common / all
}
