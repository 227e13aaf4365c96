import { createRoute, z } from '@hono/zod-openapi'
import type { Answer, AnswerEvent, Ask, Citation, Question } from '#knowledge/answer.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { eventStream, type ServerSentEvent } from '../event-stream.ts'
import { failureToTell } from '../failures.ts'
import type { Metrics } from '../metrics.ts'
import { problemOf, RequestProblem, withOpenAiForm } from '../problems.ts'
import {
  type App,
  bodyProblemResponses,
  jsonBody,
  jsonContent,
  notFoundResponse,
  problemResponses,
  security,
} from '../route-frame.ts'
import { answerOf, countedAnswer } from './ask.ts'
import { type Annotation, ChatBody, ChatCompletion, chatModel, estimatedTokens, questionIn } from './chat-wire.ts'

const chatRoute = createRoute({
  method: 'post',
  path: '/v1/chat/completions',
  operationId: 'createChatCompletion',
  summary: "OpenAI's chat API",
  description:
    'Model `nightdesk`. Sources come as `url_citation` annotations; with `stream`, in the delta before the last one. ' +
    'Sampling parameters and tools are accepted and change nothing.',
  security,
  request: jsonBody(ChatBody),
  responses: {
    200: {
      description: 'The completion, or with `stream` its chunks',
      content: {
        'application/json': { schema: ChatCompletion },
        'text/event-stream': {
          schema: z.string().openapi({ description: 'chat.completion.chunk objects, then [DONE]' }),
        },
      },
    },
    ...bodyProblemResponses,
    ...notFoundResponse,
  },
})

const ModelWire = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .openapi('Model')

const modelsRoute = createRoute({
  method: 'get',
  path: '/v1/models',
  operationId: 'listModels',
  summary: "The one model of OpenAI's chat API",
  security,
  responses: {
    200: jsonContent(
      z.object({ object: z.literal('list'), data: z.array(ModelWire) }).openapi('ModelList'),
      'The models',
    ),
    ...problemResponses,
  },
})

const modelRoute = createRoute({
  method: 'get',
  path: '/v1/models/{model}',
  operationId: 'getModel',
  summary: 'One model',
  security,
  request: { params: z.object({ model: z.string().openapi({ param: { name: 'model', in: 'path' } }) }) },
  responses: { 200: jsonContent(ModelWire, 'The model'), ...problemResponses, ...notFoundResponse },
})

interface ChatParts {
  ask: Ask
  metrics: Metrics
  log: Log
  clock: Clock
  /** Where people reach the page, without a slash at the end; for sources that have no address of their own. */
  publicUrl: () => string
}

export function addChatRoutes(app: App, parts: ChatParts): void {
  const { metrics, log, clock, publicUrl } = parts
  const startedAt = seconds(clock.now())
  const model = { id: chatModel, object: 'model' as const, created: startedAt, owned_by: 'nightdesk' }

  app.openapi(modelsRoute, (c) => c.json({ object: 'list' as const, data: [model] }, 200))

  app.openapi(modelRoute, (c) => {
    refuseOtherModels(c.req.valid('param').model)
    return c.json(model, 200)
  })

  app.openapi(chatRoute, async (c) => {
    const body = c.req.valid('json')
    refuseOtherModels(body.model)
    const { question: text, history } = questionIn(body.messages)
    const question: Question = { text, history, mode: 'text', principal: c.get('principal') }
    const events = countedAnswer({ ask: parts.ask, metrics }, question, c.get('signal'))
    const asked = [...history.flatMap((turn) => [turn.question, turn.answer]), text].join('\n')
    const frame = { created: seconds(clock.now()), promptTokens: estimatedTokens(asked), publicUrl: publicUrl() }
    if (body.stream === true) {
      const chunks = chunksOf(events, { ...frame, includeUsage: body.stream_options?.include_usage === true })
      return eventStream(sentChunks(chunks, c.get('signal'), log))
    }
    return c.json(completionOf(await answerOf(events), frame), 200)
  })
}

interface Frame {
  created: number
  promptTokens: number
  publicUrl: string
}

function completionOf(answer: Answer, frame: Frame): ChatCompletion {
  const content = answer.answer
  return {
    id: `chatcmpl-${answer.traceId}`,
    object: 'chat.completion',
    created: frame.created,
    model: chatModel,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, annotations: annotationsIn(content, answer, frame) },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: usageOf(content, frame),
    nightdesk: extraOf(answer),
  }
}

/** OpenAI's chunks: the role, the pieces of text, the annotations, the reason for the end, and usage if asked for. */
async function* chunksOf(
  events: AsyncIterable<AnswerEvent>,
  frame: Frame & { includeUsage: boolean },
): AsyncGenerator<Record<string, unknown>> {
  const base = {
    id: `chatcmpl-${crypto.randomUUID()}`,
    object: 'chat.completion.chunk',
    created: frame.created,
    model: chatModel,
    ...(frame.includeUsage && { usage: null }),
  }
  const chunk = (delta: object, finishReason: 'stop' | null = null, more: object = {}) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...more,
  })
  yield chunk({ role: 'assistant', content: '', refusal: null })
  let content = ''
  for await (const event of events) {
    if (event.kind === 'delta') {
      content += event.text
      yield chunk({ content: event.text })
    }
    if (event.kind !== 'done') continue
    const { answer } = event
    const rest = answer.answer.startsWith(content) ? answer.answer.slice(content.length) : ''
    content += rest
    if (rest !== '') yield chunk({ content: rest })
    const annotations = annotationsIn(content, answer, frame)
    if (annotations.length > 0) yield chunk({ annotations })
    yield chunk({}, 'stop', { nightdesk: extraOf(answer) })
    if (frame.includeUsage) yield { ...base, choices: [], usage: usageOf(content, frame) }
    return
  }
  throw new Error('The answer ended before it was done')
}

async function* sentChunks(
  chunks: AsyncIterable<Record<string, unknown>>,
  signal: AbortSignal,
  log: Log,
): AsyncGenerator<ServerSentEvent> {
  try {
    for await (const chunk of chunks) yield { data: JSON.stringify(chunk) }
    yield { data: '[DONE]' }
  } catch (error) {
    const problem = problemOf(failureToTell(error, signal, log))
    yield { data: JSON.stringify({ error: withOpenAiForm(problem).error }) }
  }
}

/** One for each [n] in the text; the indices count code points, as OpenAI's do. */
function annotationsIn(content: string, answer: Answer, { publicUrl }: Frame): Annotation[] {
  const cited = new Map(answer.citations.map((citation) => [citation.n, citation]))
  return [...content.matchAll(/\[(\d+)\]/g)].flatMap((match) => {
    const citation = cited.get(Number(match[1]))
    if (citation === undefined) return []
    const start = Array.from(content.slice(0, match.index)).length
    return [
      {
        type: 'url_citation' as const,
        url_citation: {
          start_index: start,
          end_index: start + match[0].length,
          url: urlOf(citation, publicUrl),
          title: citation.document.title,
        },
      },
    ]
  })
}

/** A source on the web under its own address; a file of ours on our page. */
function urlOf({ document, passageId, anchor = '' }: Citation, publicUrl: string): string {
  if (/^https?:/.test(document.url)) return document.url + anchor
  return `${publicUrl}/#document=${encodeURIComponent(document.id)}&passage=${encodeURIComponent(passageId)}`
}

function usageOf(content: string, { promptTokens }: Frame) {
  const completionTokens = estimatedTokens(content)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

function extraOf(answer: Answer): ChatCompletion['nightdesk'] {
  return {
    trace_id: answer.traceId,
    conversation_id: answer.conversationId,
    abstained: answer.abstained,
    confidence: answer.confidence,
    warnings: answer.warnings.map(({ code, message }) => ({ code, message })),
  }
}

function refuseOtherModels(model: string): void {
  if (model === chatModel) return
  throw new RequestProblem('model_not_found', `The only model here is \`${chatModel}\`.`)
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
