import { expect, it } from 'vitest'
import { RecentTurns } from '#conversation/recent-turns.ts'
import { fakeCollector } from '#runtime/telemetry/collector.fake.ts'
import { openOtlp } from '#runtime/telemetry/otlp.ts'
import { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { soundedTurns } from './sounded-turns.ts'

it('what a spoken turn took is a part of its bar and of its trace', async () => {
  await using collector = await fakeCollector()
  const otlp = openOtlp({ endpoint: collector.url, serviceName: 'nightdesk', version: '1' })
  const turns = new RecentTurns()
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  soundedTurns({ turns, telemetry: new Telemetry({ sink: otlp }) })({
    traceId,
    principal: 'alice',
    stagesMs: { end_of_turn: 300, transcription: 100, answer: 500, voice: 120 },
    soundedMsAgo: 900,
  })
  await otlp[Symbol.asyncDispose]()
  turns.took({
    traceId,
    conversationId: 'c1',
    principal: 'alice',
    mode: 'spoken',
    lang: 'en',
    at: new Date(),
    outcome: 'answered',
    provider: 'one',
    timingsMs: { search: 100, first_token: 380, write: 300, total: 780 },
    costUsd: 0,
    warnings: [],
  })
  expect(turns.list()[0]?.stages).toEqual([
    { stage: 'hear', ms: 400 },
    { stage: 'retrieve', ms: 100 },
    { stage: 'model', ms: 380 },
    { stage: 'check', ms: 20 },
    { stage: 'speak', ms: 120 },
  ])
  const whole = collector.spans.find(({ name }) => name === 'spoken turn')
  expect(whole?.traceId).toBe(traceId)
  const parts = collector.spans.filter(({ parentSpanId }) => parentSpanId === whole?.spanId)
  expect(parts.map(({ name }) => name)).toEqual(['end_of_turn', 'transcription', 'answer', 'voice'])
})
