import { OpenAIEmbeddings } from '@langchain/openai'
import { z } from 'zod'
import { reasonOf } from '#runtime/errors.ts'
import type { EmbedderFault } from '../errors.ts'
import { retryAfterMs } from './pace.ts'

export interface EmbeddingsRequest {
  model: string
  apiKey: string
  baseUrl: string | undefined
  timeoutMs: number
  texts: readonly string[]
}

/** Why one request failed, and what can be done about it. Stays inside this adapter. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly fault: EmbedderFault
  readonly retryAfterMs: number | undefined
  /** Refused as it is; with fewer or shorter texts it might not be. */
  readonly isTooMuch: boolean
  /** It is the length of a text that the server names. */
  readonly isTooLong: boolean
  constructor(
    fault: EmbedderFault,
    cause: unknown,
    about: { status?: number; retryAfterMs?: number | undefined } = {},
  ) {
    super(reasonOf(cause), { cause })
    this.fault = fault
    this.retryAfterMs = about.retryAfterMs
    this.isTooMuch = [400, 413, 422].includes(about.status ?? 0)
    this.isTooLong = this.isTooMuch && /context|too long|token|length|characters/i.test(this.message)
  }
}

export function isPassing(fault: EmbedderFault): boolean {
  return fault === 'unreachable' || fault === 'rate-limited' || fault === 'too-slow'
}

/** Vectors as numbers or as base64 of 32-bit floats, in any order. */
const Answer = z.object({
  data: z.array(
    z.object({ index: z.int().min(0), embedding: z.union([z.array(z.number()).min(1), z.string().min(1)]) }),
  ),
})

/** What a response was, seen on its way to the client, which keeps neither headers nor order. */
interface Seen {
  status?: number
  retryAfterMs?: number | undefined
  malformed?: boolean
}

/** One request, sent once. @returns One vector a text, in order, as the server gave them. @throws {RequestError} */
export async function requestEmbeddings(request: EmbeddingsRequest, signal: AbortSignal): Promise<number[][]> {
  const { model, apiKey, baseUrl, timeoutMs, texts } = request
  const seen: Seen = {}
  const late = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([signal, late])
  const embeddings = new OpenAIEmbeddings({
    model,
    apiKey,
    batchSize: texts.length,
    stripNewLines: false,
    maxRetries: 0,
    configuration: {
      ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
      fetch: async (input, init) => inOrder(await fetch(input, { ...init, signal: either }), texts.length, seen),
    },
  })
  try {
    return await embeddings.embedDocuments([...texts])
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) throw new RequestError('too-slow', error)
    throw new RequestError(faultOf(seen, reasonOf(error)), error, seen)
  }
}

/** The same answer with its vectors in the order of the texts, one for each. */
async function inOrder(response: Response, texts: number, seen: Seen): Promise<Response> {
  seen.status = response.status
  seen.retryAfterMs = retryAfterMs(response.headers, Date.now())
  if (!response.ok) return response
  const read = Answer.safeParse(parsed(await response.text()))
  const data = read.success ? read.data.data.toSorted((one, other) => one.index - other.index) : []
  if (data.length !== texts || data.some(({ index }, at) => index !== at)) {
    seen.malformed = true
    throw new TypeError(`the answer does not hold ${texts} vectors`)
  }
  return Response.json({ object: 'list', model: '', data, usage: { prompt_tokens: 0, total_tokens: 0 } })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function faultOf({ status, malformed }: Seen, reason: string): EmbedderFault {
  if (malformed === true) return 'malformed'
  if (status === undefined || status < 300 || status >= 500 || status === 408 || status === 409) return 'unreachable'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status !== 429) return 'rejected'
  return /quota|billing|credit/i.test(reason) ? 'no-quota' : 'rate-limited'
}
