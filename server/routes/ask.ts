import { createRoute, z } from '@hono/zod-openapi'
import type { Answer, AnswerEvent, Ask, Question } from '#knowledge/answer.ts'
import type { Log } from '#runtime/log.ts'
import { eventStream, type ServerSentEvent } from '../event-stream.ts'
import { failureToTell } from '../failures.ts'
import type { Metrics } from '../metrics.ts'
import { ProblemWire, problemOf } from '../problems.ts'
import { type App, bodyProblemResponses, jsonBody, maxQuestionChars, security, text } from '../route-frame.ts'
import { AnswerWire, answerToWire, citationToWire, LangWire } from '../wire.ts'

const AskBody = z
  .object({
    question: text('The question', maxQuestionChars),
    conversation_id: text('The conversation id', 200).optional(),
    lang: LangWire.optional().openapi({ description: 'Language of the answer; default: that of the question.' }),
    mode: z.enum(['text', 'spoken']).default('text'),
  })
  .openapi('AskBody')

const askRoute = createRoute({
  method: 'post',
  path: '/v1/ask',
  operationId: 'ask',
  summary: 'One answer with citations, whole or as server-sent events',
  description:
    'With `Accept: text/event-stream`: events `status` {stage}, `delta` {text}, `citation` (a Citation), and at the ' +
    'end either `done` (the Answer) or `error` (a Problem).',
  security,
  request: jsonBody(AskBody),
  responses: {
    200: {
      description: 'The answer',
      content: {
        'application/json': { schema: AnswerWire },
        'text/event-stream': { schema: z.string().openapi({ example: 'event: delta\ndata: {"text":"Restart "}\n\n' }) },
      },
    },
    ...bodyProblemResponses,
  },
})

interface AskParts {
  ask: Ask
  metrics: Metrics
  log: Log
}

export function addAskRoute(app: App, parts: AskParts): void {
  app.openapi(askRoute, async (c) => {
    const body = c.req.valid('json')
    const question: Question = {
      text: body.question,
      lang: body.lang,
      conversationId: body.conversation_id,
      mode: body.mode,
      principal: c.get('principal'),
    }
    const events = countedAnswer(parts, question, c.get('signal'))
    if (wantsEvents(c.req.header('accept'))) return eventStream(sentEvents(events, c.get('signal'), parts.log))
    return c.json(answerToWire(await answerOf(events)), 200)
  })
  app.openAPIRegistry.register('Problem', ProblemWire)
}

function wantsEvents(accept: string | undefined): boolean {
  return (accept ?? '').toLowerCase().includes('text/event-stream')
}

/** The events of an answer, counted by how it ended. */
export async function* countedAnswer(
  { ask, metrics }: Pick<AskParts, 'ask' | 'metrics'>,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  let outcome = 'failed'
  let provider = 'none'
  try {
    for await (const event of ask(question, signal)) {
      if (event.kind === 'done') {
        outcome = event.answer.abstained ? 'abstained' : 'answered'
        provider = event.answer.provider
        for (const [stage, ms] of Object.entries(event.answer.timingsMs)) {
          metrics.answerSeconds.observe({ stage }, ms / 1000)
        }
      }
      yield event
    }
  } finally {
    if (outcome === 'failed' && signal.aborted) outcome = 'cancelled'
    metrics.answers.inc({ outcome, provider })
  }
}

export async function answerOf(events: AsyncIterable<AnswerEvent>): Promise<Answer> {
  for await (const event of events) if (event.kind === 'done') return event.answer
  throw new Error('The answer ended before it was done')
}

async function* sentEvents(
  events: AsyncIterable<AnswerEvent>,
  signal: AbortSignal,
  log: Log,
): AsyncGenerator<ServerSentEvent> {
  try {
    for await (const event of events) yield sent(event)
  } catch (error) {
    yield { event: 'error', data: JSON.stringify(problemOf(failureToTell(error, signal, log))) }
  }
}

function sent(event: AnswerEvent): ServerSentEvent {
  switch (event.kind) {
    case 'status':
      return { event: 'status', data: JSON.stringify({ stage: event.stage }) }
    case 'delta':
      return { event: 'delta', data: JSON.stringify({ text: event.text }) }
    case 'citation':
      return { event: 'citation', data: JSON.stringify(citationToWire(event.citation)) }
    case 'done':
      return { event: 'done', data: JSON.stringify(answerToWire(event.answer)) }
  }
}
