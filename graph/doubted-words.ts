import type { Proposal } from './correct-english.ts'
import { soundsOfMixed } from './readings.ts'
import { soundsOfToken } from './sounds/english.ts'
import type { NameMatch, SpokenNames } from './spoken-names.ts'

/** Of a word that its recogniser doubts, less alike will do: the name is asked about, not taken. */
const likely = 0.6
const shortest = 3
const mostWords = 6
const mostCandidates = 3

/**
 * What is proposed for a text, where its recogniser doubts some of the words: a name that was found by its sound in place of
 * one of them is asked about, and so is a name that begins like it or sounds a little like it.
 */
export function doubted(
  text: string,
  proposals: readonly Proposal[],
  unsure: readonly string[],
  names: SpokenNames,
): Proposal[] {
  const spans = unsure.slice(0, mostWords).flatMap((word) => spanOf(word, text))
  const isDoubted = ({ from, to }: Pick<Proposal, 'from' | 'to'>): boolean =>
    spans.some((span) => span.from < to && span.to > from)
  const kept = proposals.map((proposal) => {
    // A reading that somebody wrote down is how a name is misheard.
    const isSound = proposal.matches.some(({ listed, similarity }) => listed || similarity === 1)
    return proposal.sure && !isSound && isDoubted(proposal) ? { ...proposal, sure: false } : proposal
  })
  const fresh = spans
    .filter((span) => kept.every(({ from, to }) => span.to <= from || span.from >= to))
    .flatMap((span): Proposal[] => {
      const matches = candidatesFor(text.slice(span.from, span.to), names)
      return matches.length === 0 ? [] : [{ ...span, matches, sure: false }]
    })
  return [...kept, ...fresh].toSorted((one, other) => one.from - other.from)
}

function spanOf(word: string, text: string): { from: number; to: number }[] {
  const plain = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').replace(/['’]s$/, '')
  const from = plain.length < shortest ? -1 : text.toLowerCase().indexOf(plain.toLowerCase())
  return from < 0 ? [] : [{ from, to: from + plain.length }]
}

function candidatesFor(heard: string, names: SpokenNames): NameMatch[] {
  const isKana = /[\u30a1-\u30fa]/.test(heard)
  if ((!isKana && !/^[A-Za-z][\w-]*$/.test(heard)) || names.isKnown(heard)) return []
  const letters = heard.toLowerCase()
  const begun = isKana ? [] : names.beginningWith(letters)
  const alike = isKana
    ? names.alike(soundsOfMixed(heard), 'ja', likely)
    : names.alike(soundsOfToken(heard), 'en', likely)
  const matches = [...begun, ...alike].filter(({ name }) => name.weight > 0)
  const [best] = matches
  // Longer names that begin with the likeliest are no other candidates.
  return matches
    .filter(({ name }, at) => matches.findIndex((other) => other.name === name) === at)
    .filter((match) => match === best || !match.name.letters.startsWith(best?.name.letters ?? ''))
    .slice(0, mostCandidates)
}
