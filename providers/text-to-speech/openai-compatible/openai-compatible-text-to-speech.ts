import type { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import { TextToSpeechError, type TextToSpeechFault, type TextToSpeechProvider } from '../errors.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '../text-to-speech.ts'
import { Utterances } from '../utterances.ts'
import { estimatedWordTimes, wordsIn } from '../word-times.ts'

export interface OpenAiCompatibleTextToSpeechOptions {
  /** With the version in its path; absent: OpenAI's. */
  baseUrl?: string | undefined
  apiKey: string
  /** Such as `gpt-4o-mini-tts` or `tts-1`. */
  model: string
  /** As the server names it. */
  voice: string
}

const usualUrl = 'https://api.openai.com/v1'
/** Of `response_format: pcm` (platform.openai.com/docs/guides/text-to-speech): 24 kHz, 16 bit, mono, little endian. */
const pcmRate = 24_000
const provider: TextToSpeechProvider = {
  name: 'the OpenAI-compatible server',
  remedy: 'Check its base_url, api_key_env, model and voice in nightdesk.yaml.',
}

/** Speech by any server with OpenAI's `/audio/speech`: one request a sentence, whose sound is passed on as it comes. */
export class OpenAiCompatibleTextToSpeech implements TextToSpeech {
  readonly id: string
  readonly sampleRate = pcmRate
  readonly #options: OpenAiCompatibleTextToSpeechOptions
  readonly #utterances = new Utterances()

  constructor(options: OpenAiCompatibleTextToSpeechOptions) {
    this.id = options.model
    this.#options = options
  }

  say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncIterable<SpokenAudio> {
    return this.#utterances.say(text, (pieces, spoken, stop) => this.#sayAll(pieces, options, spoken, stop), signal)
  }

  async #sayAll(
    text: AsyncIterator<string>,
    options: SpeakingOptions,
    spoken: Arrivals<SpokenAudio>,
    signal: AbortSignal,
  ): Promise<void> {
    let saidMs = 0
    for (let next = await text.next(); next.done !== true; next = await text.next()) {
      signal.throwIfAborted()
      const words = wordsIn(next.value, options.lang)
      if (words.length === 0) continue
      const sound: Int16Array[] = []
      for await (const samples of this.#sound(next.value, options, signal)) {
        sound.push(samples)
        spoken.push({ samples, words: [] })
      }
      const whole = joinedSound(sound)
      // A server that says nothing says so with a success, too.
      if (whole.length === 0) throw new TextToSpeechError('broken-off', provider, new Error('no sound came'))
      spoken.push({ samples: new Int16Array(), words: estimatedWordTimes(words, whole, pcmRate, saidMs) })
      saidMs += durationMs(whole.length, pcmRate)
    }
  }

  async *#sound(input: string, { voice, speed = 1 }: SpeakingOptions, signal: AbortSignal): AsyncGenerator<Int16Array> {
    const { model, voice: usual } = this.#options
    const body = { model, input, voice: voice ?? usual, response_format: 'pcm', ...(speed === 1 ? {} : { speed }) }
    const response = await this.#answered(JSON.stringify(body), signal)
    if (response.body === null || /json|html|text/.test(response.headers.get('content-type') ?? ''))
      throw new TextToSpeechError('malformed', provider)
    // A sample may be cut in two by the network.
    let odd = new Uint8Array()
    try {
      for await (const chunk of response.body) {
        const bytes = new Uint8Array(odd.length + chunk.length)
        bytes.set(odd)
        bytes.set(chunk, odd.length)
        const whole = bytes.length - (bytes.length % 2)
        odd = bytes.slice(whole)
        if (whole > 0) yield samplesIn(bytes.subarray(0, whole))
      }
    } catch (error) {
      signal.throwIfAborted()
      throw new TextToSpeechError('broken-off', provider, error)
    }
    signal.throwIfAborted()
  }

  async #answered(body: string, signal: AbortSignal): Promise<Response> {
    const { baseUrl = usualUrl, apiKey } = this.#options
    let response: Response
    try {
      response = await fetch(`${baseUrl.replace(/\/+$/, '')}/audio/speech`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body,
        signal,
      })
    } catch (error) {
      signal.throwIfAborted()
      throw new TextToSpeechError('unreachable', provider, error)
    }
    if (response.ok) return response
    const said = await response.text().catch(() => '')
    signal.throwIfAborted()
    throw new TextToSpeechError(
      faultOf(response.status, said),
      provider,
      new Error(`${response.status}: ${said.slice(0, 300)}`),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#utterances[Symbol.dispose]()
  }
}

function faultOf(status: number, said: string): TextToSpeechFault {
  if (/insufficient_quota|budget/i.test(said) || status === 402) return 'no-quota'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 429) return 'rate-limited'
  return status >= 500 || status === 408 ? 'unreachable' : 'rejected'
}

function samplesIn(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.byteLength / 2 }, (_, at) => view.getInt16(at * 2, true))
}

function joinedSound(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
