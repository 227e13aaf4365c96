import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWeights } from '#voice-bot/turn-taking/sentence-model/odds-of-end.ts'
import { chance } from '../../chance.ts'
import { englishCuts, japaneseCuts } from './cuts.ts'
import { englishGrammar } from './english-grammar.ts'
import { type Cut, fitted, type Weights } from './fit.ts'
import { speakerOf } from './grammar.ts'
import { japaneseGrammar } from './japanese-grammar.ts'

/** How often a whole sentence has better odds than a cut one. */
function ranked(cuts: readonly Cut[], weights: Weights): number {
  const odds = cuts.map(({ signs, whole }) => ({
    whole,
    odds: signs.reduce((sum, sign) => sum + (weights[sign] ?? 0), 0),
  }))
  const wholes = odds.filter(({ whole }) => whole)
  const others = odds.filter(({ whole }) => !whole)
  const better = wholes.reduce((sum, one) => sum + others.filter((other) => one.odds > other.odds).length, 0)
  return better / (wholes.length * others.length)
}

describe('a grammar', () => {
  it.each([
    ['English', englishGrammar],
    ['Japanese', japaneseGrammar],
  ])('of %s says turns of words, the same at every run', (_, grammar) => {
    const said = Array.from({ length: 500 }, speakerOf(grammar, chance(4)))
    expect(said).toEqual(Array.from({ length: 500 }, speakerOf(grammar, chance(4))))
    expect(said.filter((turn) => turn === '' || /[{}|*]/.test(turn))).toEqual([])
    expect(new Set(said).size).toBeGreaterThan(400)
  })

  it('that names what it does not have is refused', () => {
    expect(speakerOf({ turn: 'the {thing}' }, chance(1))).toThrow('thing')
  })
})

describe('fitting', () => {
  it('finds what tells whole sentences from cut ones, and forgets what says nothing', () => {
    const cuts = Array.from({ length: 400 }, (_, at) => ({
      signs: [at % 2 === 0 ? 'ends well' : 'ends badly', `colour ${at % 3}`],
      whole: at % 2 === 0,
      weight: 1,
    }))
    const weights = fitted(cuts, { rounds: 60, sparsity: 1e-3, leastOften: 5, ridge: 1e-4 })
    expect(weights['ends well'] ?? 0).toBeGreaterThan(1)
    expect(weights['ends badly'] ?? 0).toBeLessThan(-1)
    expect(Math.abs(weights['colour 1'] ?? 0)).toBeLessThan(0.3)
  })
})

describe('the weights that ship', () => {
  const weights = readWeights(
    readFileSync(join(import.meta.dirname, '../../../voice-bot/turn-taking/sentence-model/weights.json'), 'utf8'),
  )

  it.each([
    ['English', () => englishCuts(150, 777), weights.en],
    ['Japanese', () => japaneseCuts(150, 777), weights.ja],
  ])('tell whole %s sentences from cut ones that they were not fitted on', (_, make, known) => {
    expect(ranked(make(), known)).toBeGreaterThan(0.88)
  })
})
