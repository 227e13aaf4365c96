import type { Lang } from '#knowledge/document.ts'
import { judgeByRules } from '#voice-bot/turn-taking/completeness.ts'
import { tagsOf } from '#voice-bot/turn-taking/sentence-model/english-tags.ts'
import { sentenceSigns } from '#voice-bot/turn-taking/sentence-model/sentence-signs.ts'
import { chance } from '../../chance.ts'
import { englishGrammar } from './english-grammar.ts'
import type { Cut } from './fit.ts'
import { speakerOf } from './grammar.ts'
import { japaneseGrammar } from './japanese-grammar.ts'
import { japanesePieces, writtenSentences } from './prose.ts'

/** Somebody pauses at so many of the places where words meet; and so much more often before a name and after a clause. */
const pausesAt = 0.12
const moreOften = 2
/** Hardly between the two of “payment service”. */
const inCompound = 0.4
const beforeName =
  /^(?:the|a|an|my|our|of|for|in|on|to|from|with|about|is|are|and|or|but|if|when|because|that|which|what|whether|how|so|um|i|we)$/
const afterPiece = /(?:が|を|に|は|で|と|の|から|ので|けど|て|たら|ば|も)$/u

/** There are few of them, and they are worth more than one of a grammar's. */
const writtenWeight = 3

/** @param count Of turns, each of which is cut wherever its words meet. */
export function englishCuts(count: number, seed: number): Cut[] {
  const speak = speakerOf(englishGrammar, chance(seed))
  return Array.from({ length: count }, () => speak().split(' ')).flatMap((words) => cutsOf(words, ' ', beforeName))
}

export function japaneseCuts(count: number, seed: number): Cut[] {
  const speak = speakerOf(japaneseGrammar, chance(seed))
  return Array.from({ length: count }, () => speak().split(' ')).flatMap((pieces) => cutsOf(pieces, '', afterPiece))
}

/** Of what stands in the shipped documents. */
export function writtenCuts(): { en: Cut[]; ja: Cut[] } {
  const { en, ja } = writtenSentences()
  const heavier = (cut: Cut) => ({ ...cut, weight: writtenWeight * cut.weight })
  return {
    en: en.flatMap((said) => cutsOf(said.split(/\s+/), ' ', beforeName)).map(heavier),
    ja: ja.flatMap((said) => cutsOf(japanesePieces(said), '', afterPiece)).map(heavier),
  }
}

/** Of text from elsewhere, a sentence a line: `most` of them, spread over all. */
export function textCuts(text: string, lang: Lang, most: number): Cut[] {
  const said = text
    .split('\n')
    .map((line) => line.replace(/[、。？！.,?!]/gu, '').trim())
    .filter((line) => line !== '')
  const step = Math.max(1, said.length / most)
  const chosen = said.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step))
  return chosen.flatMap((one) =>
    lang === 'ja'
      ? cutsOf(japanesePieces(one), '', afterPiece)
      : cutsOf(one.toLowerCase().split(/\s+/), ' ', beforeName),
  )
}

function cutsOf(pieces: readonly string[], between: string, hesitant: RegExp): Cut[] {
  const tags = between === ' ' ? tagsOf(pieces) : []
  return pieces.map((piece, at) => {
    const text = pieces.slice(0, at + 1).join(between)
    const whole = at === pieces.length - 1
    return {
      signs: sentenceSigns(text, judgeByRules(text, 'auto').state),
      whole,
      weight: whole
        ? 1
        : pausesAt *
          (hesitant.test(piece) ? moreOften : tags[at] === 'noun' && tags[at + 1] === 'noun' ? inCompound : 1),
    }
  })
}
