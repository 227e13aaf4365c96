import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const price = z.number().nonnegative()
const Prices = z.object({
  asOf: z.iso.date(),
  note: z.string(),
  sources: z.array(z.object({ of: z.string(), url: z.url(), readOn: z.iso.date() })),
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

/** What it costs to have so much audio recognised. */
export function hearingCostUsd({ speechToText }: Prices, model: string, ms: number): number | undefined {
  const found = priceFor(speechToText, model)
  return found && (ms / 60_000) * found.perMinute
}

/** What it costs to have so many characters said. */
export function speakingCostUsd({ textToSpeech }: Prices, model: string, characters: number): number | undefined {
  const found = priceFor(textToSpeech, model)
  return found && (characters / 1000) * found.perThousandCharacters
}

/** A proxy names the provider before a slash, a provider the version after a dash and a date. */
function priceFor<Price>(prices: Readonly<Record<string, Price>>, model: string): Price | undefined {
  const plain = model.replace(/^.*\//, '')
  for (const name of [model, plain, plain.replace(/-\d{4}-?\d{2}-?\d{2}$/, ''), model.replace(/\/.*$/, '')]) {
    if (Object.hasOwn(prices, name)) return prices[name]
  }
  return undefined
}
