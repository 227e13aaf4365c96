import type { Disagreement } from './claims.ts'
import { type Candidate, cosine } from './scoring.ts'
import { ValueSource, type Values, valuesOf } from './values.ts'
import type { Lagging } from './versions.ts'

export interface Outdated {
  /** What a translation says that its original no longer does. */
  candidates: Set<Candidate>
  /** The same, with what the original says instead. */
  disagreements: Disagreement[]
}

/** Below this cosine a sentence of the original is not what the outdated one translates. */
const leastLikeness = 0.35

/**
 * Finds what a translation that lags behind says otherwise than its original: a command, flag, path or number that stands
 * nowhere in the original, where the original has one of its kind that stands nowhere in the translation.
 */
export function outdatedIn(candidates: readonly Candidate[], lagging: readonly Lagging[]): Outdated {
  const found: Outdated = { candidates: new Set(), disagreements: [] }
  for (const { passage, original, newer, older } of lagging) {
    const [now, then] = [new ValueSource([newer.text]), new ValueSource([older.text])]
    const own = candidates.filter((candidate) => candidate.passage === passage)
    const theirs = candidates.filter(({ passage: { passage: other } }) => other.id === original.passage.id)
    const fresh = theirs.filter((candidate) => odd(candidate, then).length > 0)
    const kinds = new Set(fresh.flatMap((candidate) => odd(candidate, then)))
    for (const candidate of own) {
      if (!odd(candidate, now).some((kind) => kinds.has(kind))) continue
      found.candidates.add(candidate)
      const believed = nearest(candidate, fresh)
      if (believed !== undefined) found.disagreements.push({ believed, other: candidate })
    }
  }
  return found
}

/** The kinds of values that stand in the unit and nowhere in the source; links differ by language anyway. */
function odd({ unit }: Candidate, source: ValueSource): string[] {
  const { numbers, flags, paths, code } = valuesOf(unit.kind === 'code' ? `\`\`\`\n${unit.shown}\n\`\`\`` : unit.shown)
  const written = new Set([...code].filter((line) => !/^(?:#|\/\/)|[^\x20-\x7e]/.test(line)))
  const none: Values = { numbers: new Set(), flags: new Set(), paths: new Set(), urls: new Set(), code: new Set() }
  const kinds: [string, Values][] = [
    ['number', { ...none, numbers }],
    ['command', { ...none, flags, paths, code: written }],
  ]
  return kinds.filter(([, values]) => source.missing(values).length > 0).map(([kind]) => kind)
}

function nearest(candidate: Candidate, others: readonly Candidate[]): Candidate | undefined {
  return others
    .map((other) => ({ other, likeness: cosine(candidate.embedding, other.embedding) }))
    .filter(({ likeness }) => likeness >= leastLikeness)
    .toSorted((a, b) => b.likeness - a.likeness)[0]?.other
}
