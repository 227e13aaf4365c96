import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { englishCuts, japaneseCuts, writtenCuts } from './cuts.ts'
import { fitted } from './fit.ts'

const options = { rounds: 120, sparsity: 2e-4, leastOften: 12, ridge: 2e-5 }
const turns = 9000
const file = join(import.meta.dirname, '../../../voice-bot/turn-taking/sentence-model/weights.json')

// `node bench/turn-taking/fitting/fit-process.ts` makes the weights of the sentence model anew, in half a minute.
const written = writtenCuts()
const weights = {
  en: fitted([...englishCuts(turns, 11), ...written.en], options),
  ja: fitted([...japaneseCuts(turns, 12), ...written.ja], options),
}
writeFileSync(file, `${JSON.stringify(weights, null, 2)}\n`)
