import type { Proposal } from './correct-english.ts'
import { ordinaryKatakana } from './ordinary-katakana.ts'
import { soundsOfMixed } from './readings.ts'
import { loudness } from './sounds/distance.ts'
import type { NameMatch, SpokenNames } from './spoken-names.ts'

const run = /[\u30a1-\u30fa\u30fc・A-Za-z0-9]+(?: (?=[\u30a1-\u30fa])[\u30a1-\u30fa\u30fc・A-Za-z0-9]+)*/g
const hasKatakana = /[\u30a1-\u30fa]/
const enough = 0.88
const likely = 0.8
const shortestRun = 3
const longestRun = 40
const leastLoudness = 2
const leastDoubted = 3
/** A name within a compound has to be longer, since it has to be met exactly. */
const leastWithin = 2.6
const shortestWithin = 4
const shortestWord = 2
const shortestPart = 3
const clearlyBetter = 0.05

/** What of a Japanese text is a name that was written down in kana, or nearly. */
export function japaneseProposals(text: string, names: SpokenNames): Proposal[] {
  return Array.from(text.matchAll(run)).flatMap((match) => {
    const [heard] = match
    if (!hasKatakana.test(heard) || heard.length < shortestRun || heard.length > longestRun) return []
    return inRun(heard, match.index, names)
  })
}

function inRun(heard: string, at: number, names: SpokenNames): Proposal[] {
  if (isKnownWord(heard, names)) return []
  const whole = (matches: readonly NameMatch[], sure: boolean): Proposal[] =>
    matches.length === 0 ? [] : [{ from: at, to: at + heard.length, matches, sure }]
  const sounds = soundsOfMixed(heard)
  const exact = names.exactly(sounds, 'ja').filter(({ name }) => name.letters !== heard.toLowerCase())
  const listed = exact.filter((match) => match.listed)
  if (listed.length > 0) return whole(likeliest(listed), true)
  if (isKnown(heard, names)) return []
  if (exact.length > 0) return whole(likeliest(exact), true)
  if (loudness(sounds) < leastLoudness) return []
  const within = nameWithin(heard, at, names)
  if (within !== undefined) return [within]
  // Of a compound with a known word in it, the rest is another word rather than a part of a name.
  if (hasKnownPart(heard, names)) return []
  const matches = names.alike(sounds, 'ja', loudness(sounds) < leastDoubted ? enough : likely)
  const rivals = matches.filter(
    ({ similarity, name }) => name.weight > 0 && similarity > (matches[0]?.similarity ?? 0) - clearlyBetter,
  )
  const [best] = rivals
  if (best === undefined) return []
  return whole(rivals.slice(0, 3), best.similarity >= enough && rivals.length === 1)
}

/** 「プロメテウスアラート」 begins with a name, and ends with a word that is known. */
function nameWithin(heard: string, at: number, names: SpokenNames): Proposal | undefined {
  for (let length = heard.length - shortestWord; length >= shortestWithin; length--) {
    for (const from of [0, heard.length - length]) {
      const part = heard.slice(from, from + length)
      const rest = from === 0 ? heard.slice(length) : heard.slice(0, from)
      if (!isKnown(rest, names) || isKnown(part, names)) continue
      const sounds = soundsOfMixed(part)
      if (loudness(sounds) < leastWithin) continue
      const matches = likeliest(names.exactly(sounds, 'ja').filter(({ name }) => name.letters !== part.toLowerCase()))
      if (matches.length > 0) return { from: at + from, to: at + from + length, matches, sure: true }
    }
  }
  return undefined
}

/** Words that stand in the documents so, or that everybody uses, one or several together: 「スナップショットセーブ」. */
function isKnown(run: string, names: SpokenNames): boolean {
  if (isKnownWord(run, names)) return true
  for (let at = run.length - shortestWord; at >= shortestWord; at--)
    if (!endsInTheMiddle(run, at) && isKnownWord(run.slice(0, at), names) && isKnown(run.slice(at), names)) return true
  return false
}

function hasKnownPart(run: string, names: SpokenNames): boolean {
  for (let at = run.length - shortestWord; at >= shortestPart; at--)
    if (!endsInTheMiddle(run, at) && isKnownWord(run.slice(0, at), names)) return true
  for (let at = shortestWord; at <= run.length - shortestPart; at++)
    if (!endsInTheMiddle(run, at) && isKnownWord(run.slice(at), names)) return true
  return false
}

/** A small kana and a long vowel go with what stands before; Latin words and numbers are whole. */
function endsInTheMiddle(run: string, at: number): boolean {
  return /^[ァィゥェォャュョッー]/.test(run.slice(at)) || /[A-Za-z0-9]{2}/.test(run.slice(at - 1, at + 1))
}

function isKnownWord(word: string, names: SpokenNames): boolean {
  const plain = word.replace(/[・ ]/g, '')
  if (/^[A-Za-z]{2,}\d*$/.test(plain)) return names.isKnown(plain)
  return names.isInDocuments(plain) || ordinaryKatakana.has(plain.replace(/ー$/, ''))
}

function likeliest(matches: readonly NameMatch[]): NameMatch[] {
  return matches.toSorted((one, other) => other.name.weight - one.name.weight).slice(0, 1)
}
