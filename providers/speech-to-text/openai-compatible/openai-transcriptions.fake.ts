import { createServer } from 'node:http'
import { readWav } from '#providers/audio/wav.ts'
import type { ScriptedSpeech } from '../scripted-speech.fake.ts'
import type { HearingInput } from '../speech-to-text.ts'

/** Loudness by which the number of a speech is told. */
const loudnessOf = (at: number): number => 2000 + at * 1000

/** The same audio with sound where the script says that something is said: how loud tells what. */
export async function* audible(
  audio: AsyncIterable<HearingInput>,
  script: readonly ScriptedSpeech[],
  sampleRate: number,
): AsyncGenerator<HearingInput> {
  let at = 0
  for await (const input of audio) {
    if (input.kind !== 'audio') {
      yield input
      continue
    }
    const samples = input.samples.map((sample, k) => {
      const ms = ((at + k) * 1000) / sampleRate
      const spoken = script.findIndex(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)
      return spoken < 0 ? sample : loudnessOf(spoken)
    })
    at += samples.length
    yield { kind: 'audio', samples }
  }
}

export type TranscriptionBehaviour = 'well' | 'cut' | 'hanging' | 'garbage' | { status: number; body?: string }

/** OpenAI's `/audio/transcriptions` on 127.0.0.1, which hears in a recording what the script says is in it. */
export async function fakeTranscriptions(script: readonly ScriptedSpeech[]) {
  const asked: { fields: Map<string, string>; authorization: string | undefined }[] = []
  const state: { behaviour: TranscriptionBehaviour } = { behaviour: 'well' }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void (async () => {
        const type = request.headers['content-type'] ?? ''
        const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData()
        const fields = new Map(
          [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
        )
        asked.push({ fields, authorization: request.headers.authorization })
        const { behaviour } = state
        if (behaviour === 'hanging') return
        if (typeof behaviour === 'object') return response.writeHead(behaviour.status).end(behaviour.body ?? '')
        if (behaviour === 'garbage')
          return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>')
        const file = form.get('file')
        if (!(file instanceof Blob)) return response.writeHead(400).end()
        const heard = heardIn(Buffer.from(await file.arrayBuffer()), script)
        const text = heard.map(({ word }) => word).join(' ')
        if (fields.get('stream') !== 'true')
          return response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ text, words: heard }))
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const send = (event: object): void => void response.write(`data: ${JSON.stringify(event)}\n\n`)
        for (const { word } of heard) send({ type: 'transcript.text.delta', delta: `${word} ` })
        if (behaviour === 'cut') return setTimeout(() => response.destroy(), 20)
        send({ type: 'transcript.text.done', text })
        response.end('data: [DONE]\n\n')
      })()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`,
    asked,
    state,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function heardIn(wav: Buffer, script: readonly ScriptedSpeech[]): { word: string; start: number; end: number }[] {
  const { samples, format } = readWav(wav)
  return script.flatMap(({ text, fromMs, toMs }, at) => {
    const first = samples.indexOf(loudnessOf(at))
    if (first < 0) return []
    const lengthMs = ((samples.lastIndexOf(loudnessOf(at)) + 1 - first) * 1000) / format.sampleRate
    const startMs = (first * 1000) / format.sampleRate
    const words = text.split(/\s+/)
    const each = (toMs - fromMs) / words.length
    return words.flatMap((word, k) =>
      (k + 1) * each <= lengthMs + 1
        ? [{ word, start: (startMs + k * each) / 1000, end: (startMs + (k + 1) * each) / 1000 }]
        : [],
    )
  })
}
