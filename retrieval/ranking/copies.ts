import type { StoredPassage } from '#knowledge/passage.ts'
import type { Scored } from './features.ts'

export interface Ranked extends Scored {
  score: number
}

/** Copies of one passage, the one to show first. */
export interface Original extends Ranked {
  copies: readonly Ranked[]
}

/** Share of terms in common from which two passages say the same, whatever their pages are called. */
const sameFrom = 0.95
/** The same for passages under one heading of pages of one name: versions of each other. */
const versionFrom = 0.5
const fewestTerms = 8

/**
 * Near-duplicates, such as a page copied into a wiki, are shown once: the newer one stands for the older, and one that
 * gives orders to assistants never stands for another. A difference in numbers or commands does not keep versions apart:
 * the older text then is a superseded one, and answering says so.
 * @param ranked Best first; at most a few dozen.
 */
export function withoutCopies(ranked: readonly Ranked[]): Original[] {
  const originals: { best: Ranked; compared: Compared; copies: Ranked[] }[] = []
  const tampered = new Set(ranked.filter(({ passage }) => passage.suspicious).map(({ passage }) => passage.documentId))
  for (const candidate of ranked) {
    const compared = comparedBy(candidate.passage)
    const original = originals.find((other) => isCopy(compared, other.compared))
    if (original === undefined) {
      originals.push({ best: candidate, compared, copies: [] })
      continue
    }
    const [kept, behind] = standsFor(candidate.passage, original.best.passage, tampered)
      ? [candidate, original.best]
      : [original.best, candidate]
    // From here on the one that stands for both is compared, with the terms of the first.
    original.compared = { ...original.compared, ...placeOf(kept.passage) }
    original.best = { ...kept, score: Math.max(kept.score, behind.score) }
    original.copies.push(behind)
  }
  return originals.map(({ best, copies }) => ({ ...best, copies }))
}

interface Compared extends ReturnType<typeof placeOf> {
  terms: ReadonlySet<string>
}

function comparedBy(passage: StoredPassage): Compared {
  return { terms: new Set([...passage.terms.body, ...passage.terms.code]), ...placeOf(passage) }
}

function placeOf(passage: StoredPassage) {
  const { documentId, lang, document } = passage
  return { documentId, lang, kind: document.kind, names: namesOf(passage) }
}

function isCopy(a: Compared, b: Compared): boolean {
  if (a.documentId === b.documentId || a.lang !== b.lang || a.kind !== b.kind) return false
  const [fewer, more] = a.terms.size < b.terms.size ? [a.terms, b.terms] : [b.terms, a.terms]
  const wanted = a.names === b.names ? versionFrom : sameFrom
  // Even if all of the fewer terms are in common.
  if (fewer.size < fewestTerms || fewer.size / more.size < wanted) return false
  let common = 0
  for (const term of fewer) if (more.has(term)) common++
  return common / (fewer.size + more.size - common) >= wanted
}

/** Title and innermost heading, as far as spelling goes. */
function namesOf(passage: StoredPassage): string {
  return [passage.document.title, passage.heading.at(-1) ?? '']
    .map((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ''))
    .join(' ')
}

/** @param tampered Documents that give orders to assistants somewhere. */
function standsFor(a: StoredPassage, b: StoredPassage, tampered: ReadonlySet<string>): boolean {
  const trust = Number(tampered.has(b.documentId)) - Number(tampered.has(a.documentId))
  if (trust !== 0) return trust > 0
  return a.editedAt.getTime() > b.editedAt.getTime()
}
