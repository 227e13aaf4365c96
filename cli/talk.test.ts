import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readWav, writeWav } from '#providers/audio/wav.ts'
import { fakeDeepgram } from '#providers/speech-to-text/deepgram/deepgram.fake.ts'
import { fakeCollector } from '#runtime/telemetry/collector.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

const Talked = z.object({
  heard: z.array(z.string()),
  answers: z.array(z.object({ answer: z.string(), conversation_id: z.string(), trace_id: z.string() })),
})
const question = 'how long do we keep application logs'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-talk-'))
  await writeFile(join(folder, 'question.wav'), writeWav(new Int16Array(16_000 * 2), 16_000))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const talk = (args: readonly string[], env: Record<string, string> = {}) =>
  nightdesk(['talk', ...args, '--data-dir', join(folder, 'data')], { env })

describe('nightdesk talk', { timeout: 40_000 }, () => {
  it('hears a file, answers it into another, and replays what it recorded', async () => {
    await using deepgram = await fakeDeepgram({ speech: [{ text: question, fromMs: 100, toMs: 1400 }] })
    const [wav, out, record] = ['question.wav', 'answer.wav', 'turn.jsonl'].map((name) => join(folder, name))
    const args = ['--wav', wav ?? '', '--out', out ?? '', '--record', record ?? '', '--json']
    const env = { DEEPGRAM_API_KEY: 'key-for-tests', DEEPGRAM_BASE_URL: deepgram.url }
    const first = await talk(args, env)
    const talked = Talked.parse(JSON.parse(first.out))
    expect(talked.heard).toEqual([question])
    expect(talked.answers[0]?.answer).toContain('30 days')
    expect(first.err).toContain('"kind":"interim"')
    expect(readWav(await readFile(out ?? '')).samples.length).toBeGreaterThanOrEqual(0)
    const replayed = await talk(['--replay', record ?? ''])
    expect(replayed).toMatchObject({
      code: 0,
      out: expect.stringContaining('all as recorded'),
      err: expect.not.stringContaining('differs'),
    })
  })

  it('goes on with a conversation that began elsewhere', async () => {
    const asked = await nightdesk(['ask', question, '--json', '--data-dir', join(folder, 'data')])
    const { conversation_id: id } = z.object({ conversation_id: z.string() }).parse(JSON.parse(asked.out))
    const talked = Talked.parse(
      JSON.parse((await talk(['--text', 'say that again', '--conversation', id, '--json'])).out),
    )
    expect(talked.answers[0]).toMatchObject({ conversation_id: id, answer: expect.stringContaining('30 days') })
  })

  it('is a trace down to the voice, as any other turn', async () => {
    await using collector = await fakeCollector()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const { out } = await talk(['--text', question, '--json'], env)
    const traceId = Talked.parse(JSON.parse(out)).answers[0]?.trace_id
    const spans = collector.spans.filter((span) => span.traceId === traceId)
    const turn = spans.find(({ name }) => name === 'invoke_agent nightdesk')
    expect(turn?.attributes).toMatchObject({ 'nightdesk.modality': 'spoken' })
    expect(spans.find(({ name }) => name === 'text_to_speech espeak-ng')).toMatchObject({ parentSpanId: turn?.spanId })
  })

  it.each([
    [['--wav', 'question.wav'], 'DEEPGRAM_API_KEY'],
    [[], '--text'],
    [['--replay', 'nowhere.jsonl'], "can't be read"],
  ])('says what is missing: %s', async (args, missing) => {
    const { code, err } = await talk(args)
    expect([code, err]).toEqual([2, expect.stringContaining(missing)])
  })
})
