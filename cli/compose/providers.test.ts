import { describe, expect, it } from 'vitest'
import type { Answer, Ask } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { Spending } from '#providers/spending/spending.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { providedAsk, watchedProviders } from './providers.ts'

const ongoing = new AbortController().signal
const clock = fixedClock('2026-06-01T00:00:00Z')
const answer: Answer = {
  answer: 'Restart it. [1]',
  spoken: 'Restart it.',
  abstained: false,
  confidence: 0.9,
  lang: 'en',
  citations: [],
  warnings: [],
  conversationId: 'c1',
  traceId: 't1',
  provider: 'one',
  timingsMs: {},
  costUsd: 0.3,
}

describe('asking with providers', () => {
  it('writes with a model until the money is spent, then quotes and says why', async () => {
    const providers = watchedProviders([new ScriptedLlm(says('Hello.'))], new Spending(clock, { perSessionUsd: 0.5 }), {
      clock,
      log: silentLog,
    })
    const ask = providedAsk(
      providers,
      (llm): Ask =>
        async function* () {
          yield { kind: 'done', answer: llm === undefined ? { ...answer, provider: 'extractive', costUsd: 0 } : answer }
        },
    )
    const question = { text: 'How?', mode: 'text' as const, principal: localPrincipal, conversationId: 'c1' }
    const seen: unknown[] = []
    for (let turn = 0; turn < 3; turn++) {
      for await (const event of ask(question, ongoing)) {
        if (event.kind === 'done') seen.push([event.answer.provider, event.answer.warnings.length])
      }
    }
    expect(seen).toEqual([
      ['one', 0],
      ['one', 0],
      ['extractive', 1],
    ])
    expect(providers.spending.today()).toMatchObject({ usd: 0.6, turns: 3 })
  })
})
