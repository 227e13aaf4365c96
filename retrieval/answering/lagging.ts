import type { RankedPassage } from '#knowledge/answer.ts'
import type { Disagreement } from './claims.ts'
import { deprecatedIn, holdsWord } from './deprecated.ts'
import type { Edition } from './editions.ts'
import { type Candidate, candidatesOf, cosine } from './scoring.ts'
import { ValueSource, type Values, valuesOf } from './values.ts'

/** A passage of a translation that lags behind, and the section of the original that it once translated. */
export interface Lagging {
  passage: RankedPassage
  original: RankedPassage
  edition: Edition
}

export interface Outdated {
  /** What a translation says that its original no longer does. */
  candidates: Set<Candidate>
  /** The same, with what the original says instead. */
  disagreements: Disagreement[]
}

/** Below this cosine a sentence of the original is not what the outdated one translates. */
const leastLikeness = 0.35

/** Which units of a translation, and of its original, hold what the other page no longer or not yet does. */
function apart(then: readonly Candidate[], now: readonly Candidate[], { newer, older }: Edition): Candidate[][] {
  const [newerSays, olderSays] = [new ValueSource([newer.text]), new ValueSource([older.text])]
  const fresh = now.filter((candidate) => odd(candidate, olderSays).length > 0)
  const kinds = new Set(fresh.flatMap((candidate) => odd(candidate, olderSays)))
  const goneNames = now.flatMap(({ unit }) => (unit.kind === 'code' ? [] : deprecatedIn(unit.shown)))
  const isGone = ({ unit }: Candidate): boolean =>
    unit.kind === 'code' && kinds.has('command') && goneNames.some((name) => holdsWord(unit.shown, name))
  const outdated = then.filter(
    (candidate) => isGone(candidate) || odd(candidate, newerSays).some((kind) => kinds.has(kind)),
  )
  return [outdated, fresh]
}

/**
 * Whether a translation's passage says otherwise than what it translates: a command, flag, path or number that stands
 * nowhere in the original, where the original's section has one of its kind that stands nowhere in the translation.
 */
export function saysOtherwise(passage: RankedPassage, original: RankedPassage, edition: Edition): boolean {
  const [outdated = []] = apart(candidatesOf([passage]), candidatesOf([original]), edition)
  return outdated.length > 0
}

/** Finds what translations that lag behind say otherwise than their originals. */
export function outdatedIn(candidates: readonly Candidate[], lagging: readonly Lagging[]): Outdated {
  const found: Outdated = { candidates: new Set(), disagreements: [] }
  for (const { passage, original, edition } of lagging) {
    const own = candidates.filter((candidate) => candidate.passage.passage.id === passage.passage.id)
    const theirs = candidates.filter((candidate) => candidate.passage.passage.id === original.passage.id)
    const [outdated = [], fresh = []] = apart(own, theirs, edition)
    for (const other of outdated) {
      found.candidates.add(other)
      const believed = nearest(other, fresh)
      if (believed !== undefined) found.disagreements.push({ believed, other })
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
