import { expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeCollector } from '#runtime/telemetry/collector.fake.ts'
import { openOtlp } from '#runtime/telemetry/otlp.ts'
import { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { ScriptedLlm, says } from '../llm/llm.fake.ts'
import { pieces } from '../text-to-speech/text-to-speech.contract.ts'
import { FakeTextToSpeech } from '../text-to-speech/text-to-speech.fake.ts'
import { createLlmGateway } from './llm-gateway.ts'
import { createTextToSpeechGateway } from './text-to-speech-gateway.ts'

const ongoing = new AbortController().signal
const traceId = '0af7651916cd43dd8448eb211c80319c'

async function spansOf(content: boolean) {
  await using collector = await fakeCollector()
  const otlp = openOtlp({ endpoint: collector.url, serviceName: 'nightdesk', version: '1' })
  const telemetry = new Telemetry({ sink: otlp, content })
  const parts = { clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog, telemetry }
  const llm = createLlmGateway(
    [new ScriptedLlm(says({ status: 503 }), 'one'), new ScriptedLlm(says('Fail over.'), 'two')],
    parts,
    { priceOf: () => 0.25 },
  )
  const voice = createTextToSpeechGateway([new FakeTextToSpeech({ id: 'cartesia/sonic-3' })], parts)
  await telemetry.whole(telemetry.start('turn', { traceId }), async () => {
    await Array.fromAsync(llm.reply([{ role: 'user', text: 'Redis is down.' }], { maxTokens: 9 }, ongoing))
    await Array.fromAsync(voice.say(pieces(['Fail over.']), { lang: 'en' }, ongoing))
  })
  await otlp[Symbol.asyncDispose]()
  return {
    spans: new Map(collector.spans.map((span) => [span.name, span])),
    sent: collector.sent(),
    metrics: collector.metrics,
  }
}

it('tells each call in the names of the conventions, the failed one too, and no word of what was said', async () => {
  const { spans, sent, metrics } = await spansOf(false)
  expect(spans.get('chat one')).toMatchObject({
    traceId,
    status: { code: 2 },
    attributes: { 'error.type': 'llm_unreachable' },
  })
  expect(spans.get('chat two')).toMatchObject({
    traceId,
    kind: 3,
    parentSpanId: spans.get('turn')?.spanId,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'two',
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.stream': true,
      'gen_ai.response.model': 'two',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'nightdesk.cost_usd': 0.25,
    },
  })
  expect(spans.get('text_to_speech cartesia/sonic-3')?.attributes).toMatchObject({
    'gen_ai.provider.name': 'cartesia',
    'gen_ai.output.type': 'speech',
  })
  expect(sent).not.toMatch(/Redis is down|Fail over/)
  expect([...metrics].toSorted()).toEqual([
    'gen_ai.client.operation.duration',
    'gen_ai.client.operation.time_to_first_chunk',
    'gen_ai.client.token.usage',
    'nightdesk.provider.cost',
  ])
})

it('tells what was said where content is switched on', async () => {
  const { attributes } = (await spansOf(true)).spans.get('chat two') ?? {}
  expect(attributes?.['gen_ai.input.messages']).toBe(
    JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Redis is down.' }] }]),
  )
  expect(attributes?.['gen_ai.output.messages']).toContain('Fail over.')
})
