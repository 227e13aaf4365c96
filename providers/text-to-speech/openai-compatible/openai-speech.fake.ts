import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { tone } from '../text-to-speech.fake.ts'
import { wordsIn } from '../word-times.ts'

const Asked = z.object({
  model: z.string(),
  input: z.string(),
  voice: z.string(),
  response_format: z.literal('pcm'),
  speed: z.number().optional(),
})

export type SpeechBehaviour =
  | 'well'
  | 'silent'
  | 'html'
  | { status: number; body?: string }
  | { cutAfterBytes: number; inRequest?: number | undefined }

const wordMs = 200
const rate = 24_000

/** OpenAI's `/audio/speech` on 127.0.0.1: each word a tone, in pieces that cut samples in two. */
export async function fakeSpeech() {
  const asked: z.infer<typeof Asked>[] = []
  const state: { behaviour: SpeechBehaviour } = { behaviour: 'well' }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void (async () => {
        const body = Asked.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        asked.push(body)
        const { behaviour } = state
        if (behaviour === 'html') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>')
        if (typeof behaviour === 'object' && 'status' in behaviour)
          return response.writeHead(behaviour.status).end(behaviour.body ?? '')
        response.writeHead(200, { 'content-type': 'audio/pcm' })
        if (behaviour === 'silent') return response.end()
        const words = wordsIn(
          body.input,
          /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(body.input) ? 'ja' : 'en',
        )
        const ms = (words.length * wordMs) / (body.speed ?? 1)
        const bytes = Buffer.from(tone(Math.round((rate * ms) / 1000), rate).buffer)
        const isCut = typeof behaviour === 'object' && (behaviour.inRequest ?? asked.length) === asked.length
        const until = isCut ? Math.min(bytes.length, behaviour.cutAfterBytes) : bytes.length
        for (let at = 0; at < until; at += 4801) response.write(bytes.subarray(at, Math.min(until, at + 4801)))
        if (until === bytes.length) return response.end()
        await pause(10)
        response.destroy()
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
