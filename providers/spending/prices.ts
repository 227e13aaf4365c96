import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const price = z.number().nonnegative()
const Prices = z.object({
  asOf: z.iso.date(),
  llm: z.record(z.string(), z.object({ inputPerMillionTokens: price, outputPerMillionTokens: price })),
  speechToText: z.record(z.string(), z.object({ perMinute: price })),
  textToSpeech: z.record(z.string(), z.object({ perThousandCharacters: price })),
})

/** What providers charge, in US dollars, on the day of `asOf`. */
export type Prices = z.infer<typeof Prices>

/** @throws {Error} When the file that ships with us is broken. */
export function loadPrices(file = join(import.meta.dirname, '../prices.json')): Prices {
  return Prices.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** @returns undefined where the model has no price: nothing is guessed. */
export function llmCostUsd(
  { llm }: Prices,
  model: string,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): number | undefined {
  const found = priceFor(llm, model)
  if (found === undefined) return undefined
  return (inputTokens * found.inputPerMillionTokens + outputTokens * found.outputPerMillionTokens) / 1_000_000
}

/** What a minute of conversation costs whose halves are spoken by both sides, the model's part aside. */
export function voiceMinuteUsd(
  { speechToText, textToSpeech }: Prices,
  hears: string,
  speaks: string,
  charactersPerMinute = 900,
): number | undefined {
  const heard = priceFor(speechToText, hears)
  const spoken = priceFor(textToSpeech, speaks)
  if (heard === undefined || spoken === undefined) return undefined
  return heard.perMinute + ((charactersPerMinute / 2) * spoken.perThousandCharacters) / 1000
}

/** A proxy names the provider before a slash, a provider the version after a dash and a date. */
function priceFor<Price>(prices: Readonly<Record<string, Price>>, model: string): Price | undefined {
  const plain = model.replace(/^.*\//, '')
  for (const name of [model, plain, plain.replace(/-\d{4}-?\d{2}-?\d{2}$/, '')]) {
    if (Object.hasOwn(prices, name)) return prices[name]
  }
  return undefined
}
