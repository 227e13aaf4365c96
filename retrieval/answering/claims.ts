import { isTranslation } from './scope.ts'
import { type Candidate, cosine } from './scoring.ts'
import { normalised, valuesOf } from './values.ts'
import { nameOf } from './wording.ts'

/** Two sources say different things about the same; the newer or verified one is believed. */
export interface Disagreement {
  believed: Candidate
  other: Candidate
}

/** What a unit says, its values taken out. */
export interface Claim {
  candidate: Candidate
  words: ReadonlySet<string>
  values: ReadonlySet<string>
}

/** Shorter claims are alike by chance. */
export const fewestWords = 4

export function claimOf(candidate: Candidate): Claim {
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

/** Share of words in common, of all words of both. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0
  for (const word of a) if (b.has(word)) common += 1
  const all = a.size + b.size - common
  return all === 0 ? 0 : common / all
}

/**
 * Where the older claims say otherwise than the newer ones. Precision first: nearly all words are the same and a number,
 * flag, command, path or name is not.
 */
export function contradictions(newer: readonly Claim[], older: readonly Claim[]): Disagreement[] {
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
  const kinds = [a.candidate.unit.kind, b.candidate.unit.kind]
  if (kinds.includes('code')) return kinds[0] === kinds[1] && codeDiffers(a, b)
  const onlyA = unsaid(a, b)
  const onlyB = unsaid(b, a)
  if (onlyA.length === 0 || onlyB.length === 0) return false
  if (a.candidate.passage.passage.lang !== b.candidate.passage.passage.lang)
    return translationDiffers(a, b, onlyA, onlyB)
  if (Math.min(a.words.size, b.words.size) < fewestWords) return false
  return overlap(a.words, b.words) >= 0.62 && sameKind(onlyA, onlyB)
}

/** Values of the one that the other does not name, be it code in the one and plain words in the other. */
function unsaid(one: Claim, other: Claim): string[] {
  const said = normalised(other.candidate.unit.shown)
  return [...one.values].filter(
    (value) => !other.values.has(value) && (/^[\d.,]+$/.test(value) || !said.includes(value.replace(/[:;,.]$/, ''))),
  )
}

/** A number against a number, a flag against a flag; a list of examples against a number is no contradiction. */
function sameKind(a: readonly string[], b: readonly string[]): boolean {
  const kind = (value: string): string =>
    /^[\d.,]+$/.test(value) ? 'number' : value.startsWith('-') ? 'flag' : /^https?:/.test(value) ? 'url' : 'name'
  const kinds = new Set(a.map(kind))
  return b.some((value) => kind(value) !== 'url' && kinds.has(kind(value)))
}

const longestCode = 60

/**
 * The same example in two versions of a page, changed in part. On pages that have nothing to do with each other, like
 * commands differ because they are about different things.
 */
function codeDiffers(a: Claim, b: Claim): boolean {
  if (relation(a.candidate, b.candidate) === 'none') return false
  const [one, two] = [codeTokens(a), codeTokens(b)]
  if (Math.min(one.length, two.length) < 3 || Math.max(one.length, two.length) > longestCode) return false
  const [left, right] = [new Set(one), new Set(two)]
  const differ = [...left].some((token) => !right.has(token)) && [...right].some((token) => !left.has(token))
  return differ && overlap(left, right) >= 0.5
}

/** Words of a command and of the JSON in it, however it is wrapped; without a prompt and comments. */
function codeTokens({ candidate }: Claim): string[] {
  return normalised(
    candidate.unit.shown
      .replace(/^\s*#.*$/gm, '')
      .replace(/^\s*[$%>]\s+/gm, '')
      .replace(/\\\n/g, ' '),
  )
    .split(/[\s{}[\],:"']+/)
    .filter((token) => token !== '' && !/^[A-Z_]+=\S*$/.test(token))
}

/** A page and its translation: aligned by meaning, a value in common, and one that each alone has. */
function translationDiffers(a: Claim, b: Claim, onlyA: readonly string[], onlyB: readonly string[]): boolean {
  if (relation(a.candidate, b.candidate) !== 'translation') return false
  const common = [...a.values].filter((value) => b.values.has(value)).length
  const alike = cosine(a.candidate.embedding, b.candidate.embedding)
  return sameKind(onlyA, onlyB) && onlyA.length + onlyB.length <= 4 && alike >= (common > 0 ? 0.6 : 0.75)
}

/** How two documents belong together, by where they stand and what they are called. */
function relation({ passage: { document: a } }: Candidate, { passage: { document: b } }: Candidate) {
  if (isTranslation(a, b)) return 'translation'
  return a.lang === b.lang && nameOf(a.title) === nameOf(b.title) ? 'version' : 'none'
}
