import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isJapanese } from '../words.ts'
import { sentenceSigns } from './sentence-signs.ts'

const Weights = z.record(z.string(), z.number())
const Model = z.object({ en: Weights, ja: Weights })

/** By the sign's name; `''` is what all sentences have in common. */
export function readWeights(json: string): z.infer<typeof Model> {
  return Model.parse(JSON.parse(json))
}

/** Made by `bench/turn-taking/fitting/fit-process.ts`. */
const shipped = readWeights(readFileSync(join(import.meta.dirname, 'weights.json'), 'utf8'))
const weights = { en: new Map(Object.entries(shipped.en)), ja: new Map(Object.entries(shipped.ja)) }

/**
 * Whether a speaker who pauses here has said everything: log odds, above 0 where that is likelier than not.
 * @param rule How the rules judge it.
 */
export function oddsOfEnd(text: string, rule: string): number {
  const known = weights[isJapanese(text) ? 'ja' : 'en']
  return sentenceSigns(text, rule).reduce((sum, sign) => sum + (known.get(sign) ?? 0), known.get('') ?? 0)
}
