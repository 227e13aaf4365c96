import type { Proposal } from './correct-english.ts'
import { ordinaryKatakana } from './ordinary-katakana.ts'
import { soundsOfMixed } from './readings.ts'
import { loudness } from './sounds/distance.ts'
import type { NameMatch, SpokenNames } from './spoken-names.ts'

const run = /[\u30a1-\u30fa\u30fc・A-Za-z0-9]+(?: (?=[\u30a1-\u30fa])[\u30a1-\u30fa\u30fc・A-Za-z0-9]+)*/g
const hasKatakana = /[\u30a1-\u30fa]/
const enough = 0.88
const likely = 0.76
const shortestRun = 3
const longestRun = 40
const leastLoudness = 2
/** A name within a compound has to be longer, since it has to be met exactly. */
const leastWithin = 2.6
const shortestWithin = 4
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
  if (isKnown(heard, names)) return []
  const sounds = soundsOfMixed(heard)
  const exact = names.exactly(sounds, 'ja')
  if (exact.length > 0) return [{ from: at, to: at + heard.length, matches: likeliest(exact), sure: true }]
  if (loudness(sounds) < leastLoudness) return []
  const within = namesWithin(heard, at, names)
  if (within.length > 0) return within
  const matches = names.alike(sounds, 'ja', likely)
  const [best] = matches
  if (best === undefined) return []
  const rivals = matches.filter(({ similarity }) => similarity > best.similarity - clearlyBetter)
  const sure = best.similarity >= enough && best.name.weight > 0
  if (sure && rivals.length === 1) return [{ from: at, to: at + heard.length, matches: [best], sure: true }]
  const known = rivals.filter(({ name }) => name.weight > 0).slice(0, 3)
  return known.length === 0 ? [] : [{ from: at, to: at + heard.length, matches: known, sure: false }]
}

/** 「プロメテウスアラート」 begins with a name, and ends with a word. */
function namesWithin(heard: string, at: number, names: SpokenNames): Proposal[] {
  for (let length = heard.length - 1; length >= shortestWithin; length--) {
    for (const from of [0, heard.length - length]) {
      const part = heard.slice(from, from + length)
      const rest = from === 0 ? heard.slice(length) : heard.slice(0, from)
      if (/^[ァィゥェォャュョッー]/.test(from === 0 ? rest : part) || rest.length < 2 || isKnown(part, names)) continue
      const sounds = soundsOfMixed(part)
      if (loudness(sounds) < leastWithin) continue
      const exact = names.exactly(sounds, 'ja')
      if (exact.length === 0) continue
      const found = { from: at + from, to: at + from + length, matches: likeliest(exact), sure: true }
      return [found, ...inRun(rest, from === 0 ? at + length : at, names)]
    }
  }
  return []
}

/** A word that stands in the documents so, or that everybody uses. */
function isKnown(word: string, names: SpokenNames): boolean {
  const plain = word.replace(/[・ ]/g, '')
  return names.isInDocuments(plain) || ordinaryKatakana.has(plain.replace(/ー$/, ''))
}

function likeliest(matches: readonly NameMatch[]): NameMatch[] {
  return matches.toSorted((one, other) => other.name.weight - one.name.weight).slice(0, 1)
}
