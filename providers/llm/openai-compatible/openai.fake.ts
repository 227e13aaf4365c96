import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { ReplyScript, ReplyStep } from '../llm.fake.ts'

const ChatRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string() })),
})

export interface FakeOpenAi extends AsyncDisposable {
  /** Its base URL, with the version. */
  url: string
  requests: z.infer<typeof ChatRequest>[]
  authorizations: (string | undefined)[]
  /** Resolves when a client hangs up before the end of a reply. */
  hungUp: Promise<void>
}

/** A server that speaks OpenAI's chat completions, streamed, with the reply that the script gives. */
export async function fakeOpenAi(script: ReplyScript, headers: Record<string, string> = {}): Promise<FakeOpenAi> {
  const requests: FakeOpenAi['requests'] = []
  const authorizations: FakeOpenAi['authorizations'] = []
  const hangUp = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) hangUp.resolve()
    })
    answer(request, response).catch(() => response.destroy())
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    authorizations.push(request.headers.authorization)
    const asked = ChatRequest.parse(JSON.parse(await bodyOf(request)))
    requests.push(asked)
    let begun = false
    const send = (event: unknown): void => {
      if (!begun) response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
      begun = true
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
    }
    const chunk = (delta: object, finish: string | null = null): object => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: asked.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
    let reason = 'stop'
    for await (const step of script()) {
      if (typeof step === 'string') send(chunk({ role: 'assistant', content: step }))
      else if ('breakOff' in step) return void response.destroy()
      else if ('status' in step) return refuse(response, step)
      else if ('call' in step) {
        reason = 'tool_calls'
        const { id, name } = step.call
        const half = Math.ceil(step.call.arguments.length / 2)
        const [one, two] = [step.call.arguments.slice(0, half), step.call.arguments.slice(half)]
        send(
          chunk({
            role: 'assistant',
            tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: one } }],
          }),
        )
        send(chunk({ tool_calls: [{ index: 0, function: { arguments: two } }] }))
      } else reason = step.endReason
    }
    send(chunk({}, reason))
    send({ ...chunk({}), choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } })
    send('[DONE]')
    response.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    authorizations,
    hungUp: hangUp.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refuse(response: ServerResponse, { status, body, headers }: Extract<ReplyStep, { status: number }>): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body ?? { error: { message: 'no', type: 'fake', code: null } }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
