import type { Lang } from '#knowledge/document.ts'
import { englishProposals, type Proposal } from './correct-english.ts'
import { japaneseProposals } from './correct-japanese.ts'
import { doubted } from './doubted-words.ts'
import { isOrdinary } from './ordinary-words.ts'
import { partsOf } from './readings.ts'
import { type CountedName, SpokenNames, weightOf } from './spoken-names.ts'
import type { CorrectedTranscript, Correction, Doubt, Vocabulary } from './vocabulary.ts'

/** More would be looked up slowly, and are hardly ever said. */
const mostNames = 20_000
const mostKnown = 200_000
/** Beyond this it is no talk. */
const longestTurn = 4000
const mostKeytermParts = 3

/** The vocabulary of these names. @param pause Awaited after every few milliseconds of work. */
export async function vocabularyOf(
  counted: readonly CountedName[],
  pause: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Vocabulary> {
  const ranked = await likeliestFirst(counted, pause, signal)
  const known = new Set<string>()
  for (const [at, { text }] of ranked.entries()) {
    if (at % perSlice === 0) await pause(signal)
    known.add(text.toLowerCase())
  }
  const names = await SpokenNames.of(ranked.slice(0, mostNames), known, pause, signal)
  const terms = keytermsOf(ranked)
  return {
    keyterms: (limit) => terms.slice(0, limit),
    correct: (text, lang, unsure = []) => corrected(text, lang, unsure, names),
  }
}

/** By weight, of which there are few different ones: nothing has to be sorted at length. At most so many as are kept. */
async function likeliestFirst(
  counted: readonly CountedName[],
  pause: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<CountedName[]> {
  const byWeight = new Map<number, CountedName[]>()
  for (const [at, name] of counted.entries()) {
    if (at % perSlice === 0) await pause(signal)
    const weight = weightOf(name)
    const same = byWeight.get(weight)
    if (same === undefined) byWeight.set(weight, [name])
    else same.push(name)
  }
  const ranked: CountedName[] = []
  for (const weight of [...byWeight.keys()].toSorted((one, other) => other - one)) {
    for (const name of byWeight.get(weight) ?? []) ranked.push(name)
    if (ranked.length >= mostKnown) break
  }
  return ranked
}

/** About a millisecond of easy work. */
const perSlice = 2000

/** Where nothing is indexed yet: the names that everybody knows. */
export async function generalVocabulary(
  pause: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Vocabulary> {
  return await vocabularyOf([], pause, signal)
}

const keytermsKept = 500

/** What a recogniser wouldn't know by itself, and somebody would say. */
function keytermsOf(ranked: readonly CountedName[]): string[] {
  const terms = new Map<string, string>()
  for (const name of ranked) {
    const { text, documents, leading, asProper } = name
    const parts = partsOf(text)
    if (parts.length > mostKeytermParts || text.length < 3 || /[/.=]/.test(text)) continue
    if (isOrdinary(text) && asProper * 2 < documents && leading === 0) continue
    if (!terms.has(text.toLowerCase())) terms.set(text.toLowerCase(), text)
    if (terms.size >= keytermsKept) break
  }
  return [...terms.values()]
}

function corrected(text: string, lang: Lang, unsure: readonly string[], names: SpokenNames): CorrectedTranscript {
  if (text.length > longestTurn) return { text, corrections: [], doubts: [] }
  const japanese = /[\u30a1-\u30fa]/.test(text) ? japaneseProposals(text, names) : []
  const english = /[A-Za-z]/.test(text) ? englishProposals(text, names) : []
  const sounding = chosen(lang === 'ja' ? [...japanese, ...english] : [...english, ...japanese])
  const proposals = unsure.length === 0 ? sounding : doubted(text, sounding, unsure, names)
  return applied(
    text,
    proposals.filter(({ from, to, matches }) => text.slice(from, to) !== matches[0]?.name.text),
  )
}

/** Those that don't overlap: what is sure before what isn't, the longer and the better before the others. */
function chosen(proposals: readonly Proposal[]): Proposal[] {
  const merit = ({ matches: [best], from, to, sure }: Proposal): number =>
    (sure ? 10 : 0) + (best?.similarity ?? 0) + (best?.listed === true ? 0.1 : 0) + (to - from) * 0.01
  const taken: Proposal[] = []
  for (const proposal of proposals.toSorted((one, other) => merit(other) - merit(one)))
    if (taken.every(({ from, to }) => proposal.to <= from || proposal.from >= to)) taken.push(proposal)
  return taken.toSorted((one, other) => one.from - other.from)
}

function applied(text: string, proposals: readonly Proposal[]): CorrectedTranscript {
  const corrections: Correction[] = []
  const doubts: Doubt[] = []
  let whole = ''
  let end = 0
  for (const { from, to, matches, sure } of proposals) {
    const heard = text.slice(from, to)
    const [best] = matches
    whole += text.slice(end, from)
    end = to
    if (best === undefined) continue
    if (sure && matches.length === 1) {
      corrections.push({ heard, meant: best.name.text, at: whole.length, confidence: confidenceOf(best.similarity) })
      whole += best.name.text
    } else {
      doubts.push({ heard, at: whole.length, candidates: matches.map(({ name }) => name.text) })
      whole += heard
    }
  }
  return { text: whole + text.slice(end), corrections, doubts }
}

function confidenceOf(similarity: number): number {
  return Math.round(similarity * 100) / 100
}
