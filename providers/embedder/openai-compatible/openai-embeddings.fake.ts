import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

const EmbeddingsRequest = z.looseObject({
  model: z.string(),
  input: z.array(z.string().min(1)),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})
export type AskedForEmbeddings = z.infer<typeof EmbeddingsRequest>

/** What it does instead of answering; `undefined`: it answers. */
export type Trouble =
  | { status: number; headers?: Record<string, string>; message?: string }
  | { body: string }
  | 'reset'
  | 'silence'
  | undefined

export interface FakeEmbeddingsOptions {
  dimensions?: number
  /** Answers with numbers also where base64 is asked for, as many servers do. */
  numbersOnly?: boolean
  /** Vectors come back in another order. */
  shuffled?: boolean
  /** @param nth From 0. */
  trouble?: (asked: AskedForEmbeddings, nth: number) => Trouble
}

export interface FakeEmbeddings extends AsyncDisposable {
  /** Its base URL, with the version. */
  url: string
  requests: AskedForEmbeddings[]
  authorizations: (string | undefined)[]
  /** Most requests that were under way at one time. */
  mostAtOnce: () => number
  /** From now on its vectors are so long. */
  changeDimensions: (dimensions: number) => void
}

/** A server that speaks OpenAI's embeddings API; letters and their neighbours make its vectors, which aren't normalised. */
export async function fakeEmbeddings(options: FakeEmbeddingsOptions = {}): Promise<FakeEmbeddings> {
  let dimensions = options.dimensions ?? 24
  let underWay = 0
  let mostAtOnce = 0
  const requests: AskedForEmbeddings[] = []
  const authorizations: (string | undefined)[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    authorizations.push(request.headers.authorization)
    const read = EmbeddingsRequest.safeParse(JSON.parse(await bodyOf(request)))
    if (!read.success || request.url !== '/v1/embeddings') return refuse(response, { status: 400 })
    const nth = requests.push(read.data) - 1
    // Whoever else is on the way gets here too.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const trouble = options.trouble?.(read.data, nth)
    if (trouble === 'silence') return
    if (trouble === 'reset') return void response.destroy()
    if (trouble !== undefined && 'body' in trouble) return void response.end(trouble.body)
    if (trouble !== undefined) return refuse(response, trouble)
    const asBase64 = read.data.encoding_format === 'base64' && options.numbersOnly !== true
    const data = read.data.input.map((text, index) => {
      const vector = vectorOf(text, dimensions)
      return { object: 'embedding', index, embedding: asBase64 ? base64(vector) : [...vector] }
    })
    if (options.shuffled === true) data.reverse()
    const usage = { prompt_tokens: 1, total_tokens: 1 }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ object: 'list', model: read.data.model, data, usage }))
  }
  const server = createServer((request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay)
    response.on('close', () => underWay--)
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    authorizations,
    mostAtOnce: () => mostAtOnce,
    changeDimensions: (to) => {
      dimensions = to
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  for (let at = 0; at < text.length; at++) {
    const place = (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1 < text.length ? at + 1 : 0)) % dimensions
    vector[place] = (vector[place] ?? 0) + 1
  }
  return vector
}

function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64')
}

function refuse(
  response: ServerResponse,
  { status, headers, message = 'no' }: Exclude<Trouble, string | undefined | { body: string }>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message, type: 'fake', code: null } }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
