import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** How the server behaves from now on. */
export type Behaviour =
  | 'well'
  /** Connections are closed without a word. */
  | 'down'
  | 'error-503'
  | 'rate-limited'
  | 'unauthorized'
  | 'over-budget'
  /** The connection stays open, nothing comes. */
  | 'hanging'
  /** The first words take 1.7 s. */
  | 'slow'
  /** Broken off in the middle of a sentence. */
  | 'cut'
  /** Silent in the middle of a sentence, the connection stays open. */
  | 'stalled'
  | 'garbage'
  /** A sign-in page with status 200, as of a captive portal. */
  | 'html'
  | 'empty'
  | 'foreign'
  /** Says what no source says. */
  | 'inventing'

const ChatRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string().catch('') })),
})
const EmbeddingsRequest = z.object({ input: z.union([z.string().transform((one) => [one]), z.array(z.string())]) })

const slowMs = 1700
const firstMs = 30
const betweenMs = 2
const dimensions = 64

/**
 * A server on 127.0.0.1 that speaks OpenAI's chat completions and embeddings, and misbehaves on demand. Behaving well it
 * answers with the first sentences of the first source it is shown.
 */
export class UnrulyServer implements AsyncDisposable {
  behaviour: Behaviour = 'well'
  readonly url: string
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.url = `http://127.0.0.1:${port}/v1`
  }

  static async open(): Promise<UnrulyServer> {
    let opened: UnrulyServer | undefined
    const server = createServer((request, response) => {
      if (opened === undefined) response.destroy()
      else opened.#answer(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    opened = new UnrulyServer(server, typeof address === 'object' && address !== null ? address.port : 0)
    return opened
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { behaviour } = this
    if (behaviour === 'down') return void response.destroy()
    const body: unknown = JSON.parse(await bodyOf(request))
    if (behaviour === 'hanging') return
    const refusal = refusals[behaviour]
    if (refusal !== undefined) return refuse(response, refusal)
    if (behaviour === 'html') return page(response)
    if (request.url?.endsWith('/embeddings') === true) return embed(response, EmbeddingsRequest.parse(body).input)
    await this.#chat(response, ChatRequest.parse(body), behaviour)
  }

  async #chat(
    response: ServerResponse,
    { model, messages }: z.infer<typeof ChatRequest>,
    behaviour: Behaviour,
  ): Promise<void> {
    const said = messages.find(({ role }) => role === 'assistant')?.content ?? ''
    const whole = replyTo(messages.find(({ role }) => role === 'user')?.content ?? '', behaviour)
    const text = said === '' || !whole.startsWith(said.trim()) ? whole : whole.slice(said.trim().length)
    const end = behaviour === 'cut' || behaviour === 'stalled' ? Math.floor(text.length * 0.6) : text.length
    await pause(behaviour === 'slow' ? slowMs : firstMs)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (choice: object | undefined, more: object = {}): void => {
      const chunk = {
        id: 'chatcmpl-drill',
        object: 'chat.completion.chunk',
        created: 1,
        model,
        choices: choice === undefined ? [] : [choice],
        ...more,
      }
      response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    }
    for (let from = 0; from < end; from += 8) {
      if (response.destroyed) return
      send({ index: 0, delta: { content: text.slice(from, Math.min(from + 8, end)) }, finish_reason: null })
      await pause(betweenMs)
    }
    if (behaviour === 'cut') return void response.destroy()
    if (behaviour === 'stalled') return
    send({ index: 0, delta: {}, finish_reason: 'stop' })
    send(undefined, { usage: usageOf(messages, text) })
    response.end('data: [DONE]\n\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function usageOf(messages: readonly { content: string }[], text: string) {
  const prompt_tokens = Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4)
  const completion_tokens = Math.ceil(text.length / 4)
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
}

interface Refusal {
  status: number
  headers?: Record<string, string>
  error: { message: string; type: string; code: string }
}

const refusals: Partial<Record<Behaviour, Refusal>> = {
  'error-503': { status: 503, error: { message: 'overloaded', type: 'server_error', code: '503' } },
  'rate-limited': {
    status: 429,
    headers: { 'retry-after': '3' },
    error: { message: 'slow down', type: 'rate_limit_error', code: '429' },
  },
  unauthorized: { status: 401, error: { message: 'no such key', type: 'auth_error', code: '401' } },
  'over-budget': {
    status: 400,
    error: {
      message: 'Budget has been exceeded! Current cost: 10.1, Max budget: 10.0',
      type: 'budget_exceeded',
      code: '400',
    },
  },
}

function refuse(response: ServerResponse, { status, headers, error }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error }))
}

function page(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' })
  response.end('<!doctype html><title>Sign in to the network</title><form></form>')
}

function embed(response: ServerResponse, input: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: hashedWords(text) }))
  response.end(JSON.stringify({ object: 'list', data, model: 'drill', usage: { prompt_tokens: 1, total_tokens: 1 } }))
}

/** Texts that share words are alike; that is all a rehearsal needs. */
function hashedWords(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 7
    for (const character of word) hash = (hash * 31 + character.charCodeAt(0)) % 65_521
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1
  }
  return vector
}

const sentencesSaid = 3

function replyTo(prompt: string, behaviour: Behaviour): string {
  if (behaviour === 'empty') return ''
  if (behaviour === 'garbage') return '\uFFFD\u0000\uFFFD'.repeat(20)
  if (behaviour === 'foreign') return 'プライマリを手動で再起動し、レプリカが追いつくまで待ちます。'.repeat(3)
  if (behaviour === 'inventing')
    return 'Run `reboot --everything --now` on all 512 hosts [1]. Then wait 97 minutes [1].'
  const source = /<source number="1"[^>]*>\n([\s\S]*?)\n<\/source>/.exec(prompt)?.[1] ?? 'NO_ANSWER'
  const sentences = (source.match(/[A-Z][^.!?\n|#]{20,200}[.!?](?=\s|$)/g) ?? []).slice(0, sentencesSaid)
  if (sentences.length === 0) return 'NO_ANSWER'
  return sentences.map((sentence) => `${sentence.slice(0, -1)} [1].`).join(' ')
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
