import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { englishCuts, japaneseCuts, textCuts, writtenCuts } from './cuts.ts'
import { fitted, type Weights } from './fit.ts'

const options = { rounds: 120, sparsity: 1e-4, leastOften: 12, ridge: 2e-5 }
const turns = 9000
const mostLines = 4500
/** People pause more often where a sentence might be over than a grammar thinks: chosen on the tuning turns. */
const caution = { en: 0.6 }
const file = join(import.meta.dirname, '../../../voice-bot/turn-taking/sentence-model/weights.json')

// `node bench/turn-taking/fitting/fit-process.ts [JAPANESE.txt]` makes the weights of the sentence model anew, in half a
// minute. The text, a sentence a line, is optional. The weights that ship were made with the sentences of
// github.com/mmorise/rohan4600@a1edeed, readings left out, which are in the public domain (CC0 1.0).
const [japaneseText] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'))
const written = writtenCuts()
const weights = {
  en: lessSure(fitted([...englishCuts(turns, 11), ...written.en], options), caution.en),
  ja: fitted([...japaneseCuts(turns, 12), ...written.ja, ...textCuts(japaneseText ?? '', 'ja', mostLines)], options),
}
writeFileSync(file, `${JSON.stringify(weights, null, 2)}\n`)

function lessSure(weights: Weights, by: number): Weights {
  return { ...weights, '': Math.round(100 * ((weights[''] ?? 0) - by)) / 100 }
}
