import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fakeOpenAi } from '#providers/llm/openai-compatible/openai.fake.ts'
import { fakeCollector } from '#runtime/telemetry/collector.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

const AnswerSeen = z.object({ trace_id: z.string(), provider: z.string() })

it('an answer is a trace under its own id, down to the call of the model', { timeout: 20_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-traces-'))
  await using collector = await fakeCollector()
  await using model = await fakeOpenAi(async function* () {
    yield 'Application logs are kept for 30 days. [1]'
  })
  const env = { OPENAI_BASE_URL: model.url, LLM_MODEL: 'first', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const { out } = await nightdesk(['ask', 'how long do we keep logs?', '--json', '--data-dir', folder], { env })
  await rm(folder, { recursive: true, force: true })
  const { trace_id: traceId, provider } = AnswerSeen.parse(JSON.parse(out))
  expect(provider).toBe('first')
  const named = new Map(collector.spans.filter((span) => span.traceId === traceId).map((span) => [span.name, span]))
  const turn = named.get('invoke_agent nightdesk')
  expect(turn?.attributes).toMatchObject({ 'nightdesk.outcome': 'answered', 'nightdesk.answer.provider': 'first' })
  for (const stage of ['understand', 'search', 'read', 'first_token', 'write'])
    expect([stage, named.get(stage)?.parentSpanId]).toEqual([stage, turn?.spanId])
  expect(named.get('chat first')?.parentSpanId).toBe(turn?.spanId)
  expect(named.get('POST')).toMatchObject({
    parentSpanId: named.get('chat first')?.spanId,
    attributes: { 'http.response.status_code': 200 },
  })
  expect(collector.spans.find(({ name }) => name === 'sync')).toBeDefined()
  expect(collector.sent()).not.toMatch(/how long do we keep logs/)
})
