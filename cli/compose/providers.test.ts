import { describe, expect, it } from 'vitest'
import type { Answer, Ask } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { Spending } from '#providers/spending/spending.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { localTelemetry } from '#runtime/telemetry/telemetry.ts'
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
    const telemetry = localTelemetry()
    const paid: Llm = {
      id: 'one',
      async *reply() {
        yield { kind: 'text', text: 'Restart it.' }
        yield { kind: 'end', reason: 'stop', model: 'one', costUsd: 0.3 }
      },
    }
    const spending = new Spending(clock, { perSessionUsd: 0.5 })
    const providers = watchedProviders([paid], spending, { clock, log: silentLog, telemetry })
    const ask = providedAsk(
      providers,
      (llm): Ask =>
        async function* (_, signal) {
          if (llm !== undefined) await Array.fromAsync(llm.reply([{ role: 'user', text: 'How?' }], {}, signal))
          yield { kind: 'done', answer: { ...answer, provider: llm?.id ?? 'extractive' } }
        },
    )
    const question = { text: 'How?', mode: 'text' as const, principal: localPrincipal, conversationId: 'c1' }
    const seen: unknown[] = []
    for (let turn = 0; turn < 3; turn++) {
      const span = telemetry.start('turn', { traceId: `${turn}`, asker: { principal: 'alice', session: 'c1' } })
      for await (const event of telemetry.stream(span, () => ask(question, ongoing))) {
        if (event.kind === 'done') seen.push([event.answer.provider, event.answer.warnings.length])
      }
    }
    expect(seen).toEqual([
      ['one', 0],
      ['one', 0],
      ['extractive', 1],
    ])
    expect(spending.today()).toMatchObject({
      usd: 0.6,
      turns: 3,
      kinds: [{ kind: 'llm', usd: 0.6 }],
      principals: [{ name: 'alice' }],
    })
  })

  it('pays for what is said, and speaks with a voice of its own once the money is spent', async () => {
    const telemetry = localTelemetry()
    const spending = new Spending(clock, { perPrincipalDayUsd: 0.002 })
    const { gatewayParts } = watchedProviders([], spending, { clock, log: silentLog, telemetry })
    const dear = new FakeTextToSpeech({ id: 'cartesia/sonic-3' })
    const own = new FakeTextToSpeech({ id: 'espeak-ng' })
    const voice = createTextToSpeechGateway([dear, own], gatewayParts)
    const say = async (principal: string): Promise<void> => {
      const span = telemetry.start('turn', { traceId: principal, asker: { principal, session: undefined } })
      async function* text() {
        yield 'Restart the primary database by hand, then wait.'
      }
      await Array.fromAsync(telemetry.stream(span, () => voice.say(text(), { lang: 'en' }, ongoing)))
    }
    await say('alice')
    await say('alice')
    await say('bob')
    expect([dear.utterances.length, own.utterances.length]).toEqual([2, 1])
    expect(spending.today().principals.map(({ name }) => name)).toEqual(['alice', 'bob'])
  })
})
