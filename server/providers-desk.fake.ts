import type { PricesWire, TurnWire } from './routes/turns-wire.ts'

export const fakePrices: PricesWire = {
  asOf: '2026-06-01',
  note: 'List prices.',
  sources: [{ of: 'all', url: 'https://prices.example.com', readOn: '2026-06-01' }],
  llm: { 'gpt-small': { inputPerMillionTokens: 1, outputPerMillionTokens: 10 } },
  speechToText: { 'ear/one': { perMinute: 0.006 }, 'sherpa-onnx': { perMinute: 0 } },
  textToSpeech: { 'voice/one': { perThousandCharacters: 0.05 }, 'espeak-ng': { perThousandCharacters: 0 } },
}

export const fakeTurn: TurnWire = {
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  at: '2026-06-01T00:00:00.000Z',
  mode: 'spoken',
  lang: 'en',
  outcome: 'answered',
  provider: 'backup',
  total_ms: 1130,
  stages: [
    { stage: 'hear', ms: 300 },
    { stage: 'retrieve', ms: 30 },
    { stage: 'model', ms: 500 },
    { stage: 'check', ms: 200 },
    { stage: 'speak', ms: 100 },
  ],
  cost_usd: 0.0123,
  fallbacks: 1,
  warnings: [],
}
