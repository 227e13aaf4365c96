import { judgeByRules } from '#voice-bot/turn-taking/completeness.ts'
import { sentenceSigns } from '#voice-bot/turn-taking/sentence-model/sentence-signs.ts'
import { chance } from '../../chance.ts'
import { englishGrammar } from './english-grammar.ts'
import type { Cut } from './fit.ts'
import { speakerOf } from './grammar.ts'
import { japaneseGrammar } from './japanese-grammar.ts'

/** Somebody pauses at so many of the places where words meet; and so much more often before a name and after a clause. */
const pausesAt = 0.12
const moreOften = 2
const beforeName =
  /^(?:the|a|an|my|our|of|for|in|on|to|from|with|about|is|are|and|or|but|if|when|because|that|which|what|whether|how|so|um|i|we)$/
const afterPiece = /(?:が|を|に|は|で|と|の|から|ので|けど|て|たら|ば|も)$/u

/** @param count Of turns, each of which is cut wherever its words meet. */
export function englishCuts(count: number, seed: number): Cut[] {
  const speak = speakerOf(englishGrammar, chance(seed))
  return Array.from({ length: count }, speak).flatMap((said) => {
    const words = said.split(' ')
    return words.map((word, at) => ({
      signs: signsOf(words.slice(0, at + 1).join(' ')),
      whole: at === words.length - 1,
      weight: at === words.length - 1 ? 1 : pausesAt * (beforeName.test(word) ? moreOften : 1),
    }))
  })
}

export function japaneseCuts(count: number, seed: number): Cut[] {
  const speak = speakerOf(japaneseGrammar, chance(seed))
  return Array.from({ length: count }, speak).flatMap((said) => {
    const pieces = said.split(' ')
    return pieces.map((piece, at) => ({
      signs: signsOf(pieces.slice(0, at + 1).join('')),
      whole: at === pieces.length - 1,
      weight: at === pieces.length - 1 ? 1 : pausesAt * (afterPiece.test(piece) ? moreOften : 1),
    }))
  })
}

function signsOf(text: string): string[] {
  return sentenceSigns(text, judgeByRules(text, 'auto').state)
}
