import { z } from 'zod'
import { writeWav } from '#providers/audio/wav.ts'
import { SpeechToTextError, type SpeechToTextFault, type SpeechToTextProvider } from '../errors.ts'
import type { Transcription } from '../recorded/hear-recordings.ts'

export interface TranscriptionRequest {
  url: string
  apiKey: string
  model: string
  samples: Int16Array
  sampleRate: number
  /** Absent: whatever it is. */
  lang: 'en' | 'ja' | undefined
  keyterms: readonly string[]
}

const provider: SpeechToTextProvider = {
  name: 'the OpenAI-compatible server',
  keySetting: 'its api_key_env in nightdesk.yaml',
  addressSetting: 'its base_url in nightdesk.yaml',
}

/** A prompt of more is cut by servers (platform.openai.com/docs/guides/speech-to-text: 224 tokens of it count). */
const mostPromptCharacters = 600

const Whole = z.object({
  text: z.string(),
  words: z.array(z.object({ word: z.string(), start: z.number(), end: z.number() })).default([]),
})
const StreamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('transcript.text.delta'), delta: z.string() }),
  z.object({ type: z.literal('transcript.text.done'), text: z.string() }),
])

/** Only Whisper tells when each word was said; the others can be read while they write. */
function formatOf(model: string): Record<string, string> {
  if (/whisper/i.test(model)) return { response_format: 'verbose_json', 'timestamp_granularities[]': 'word' }
  return { response_format: 'json', stream: 'true' }
}

/** Has a recording transcribed. Yields what there is of it, the last one whole. */
export async function* transcribed(request: TranscriptionRequest, signal: AbortSignal): AsyncGenerator<Transcription> {
  const { url, apiKey, model, samples, sampleRate, lang, keyterms } = request
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(writeWav(samples, sampleRate))], { type: 'audio/wav' }), 'speech.wav')
  form.set('model', model)
  for (const [name, value] of Object.entries(formatOf(model))) form.set(name, value)
  if (lang !== undefined) form.set('language', lang)
  if (keyterms.length > 0) form.set('prompt', keyterms.join(', ').slice(0, mostPromptCharacters))
  const response = await answered(url, apiKey, form, signal)
  if (response.headers.get('content-type')?.includes('text/event-stream') === true && response.body !== null) {
    yield* streamed(response.body, signal)
    return
  }
  const read = Whole.safeParse(await response.json().catch(() => undefined))
  signal.throwIfAborted()
  if (!read.success) throw new SpeechToTextError('malformed', provider, read.error)
  yield read.data
}

async function answered(url: string, apiKey: string, form: FormData, signal: AbortSignal): Promise<Response> {
  // Encoded beforehand: of a form that is aborted while it is sent, undici leaves a rejection that nobody can handle.
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type') ?? 'multipart/form-data'
  const body = new Uint8Array(await encoded.arrayBuffer())
  signal.throwIfAborted()
  let response: Response
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': type },
      body,
      signal,
    })
  } catch (error) {
    signal.throwIfAborted()
    throw new SpeechToTextError('unreachable', provider, error)
  }
  if (response.ok) return response
  const said = await response.text().catch(() => '')
  signal.throwIfAborted()
  throw new SpeechToTextError(
    faultOf(response.status, said),
    provider,
    new Error(`${response.status}: ${said.slice(0, 300)}`),
  )
}

function faultOf(status: number, said: string): SpeechToTextFault {
  if (/insufficient_quota|budget/i.test(said) || status === 402) return 'no-quota'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 429) return 'rate-limited'
  return status >= 500 || status === 408 ? 'unreachable' : 'rejected'
}

async function* streamed(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Transcription> {
  let text = ''
  let isDone = false
  try {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const piece of body) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = eventIn(line)
        if (event === undefined) continue
        if (event.type === 'transcript.text.delta') text += event.delta
        else {
          text = event.text
          isDone = true
        }
        yield { text, words: [] }
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof SpeechToTextError ? error : new SpeechToTextError('broken-off', provider, error)
  }
  signal.throwIfAborted()
  // A connection that closes early looks like a short reply.
  if (!isDone) throw new SpeechToTextError('broken-off', provider)
}

function eventIn(line: string): z.infer<typeof StreamEvent> | undefined {
  if (!line.startsWith('data:')) return undefined
  const data = line.slice('data:'.length).trim()
  if (data === '' || data === '[DONE]') return undefined
  try {
    // Kinds of events that we don't know come and go.
    return StreamEvent.safeParse(JSON.parse(data)).data
  } catch (error) {
    throw new SpeechToTextError('malformed', provider, error)
  }
}
