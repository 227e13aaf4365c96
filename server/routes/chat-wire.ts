import { z } from '@hono/zod-openapi'
import type { Exchange } from '#knowledge/answer.ts'
import { RequestProblem } from '../problems.ts'
import { maxQuestionChars } from '../route-frame.ts'

/** The only model there is. */
export const chatModel = 'nightdesk'

const TextPart = z.object({
  type: z.literal('text', 'Only text parts are understood, no images or audio'),
  text: z.string(),
})
const Content = z.union([z.string(), z.array(TextPart)], 'Content must be a text or an array of text parts')

const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content.nullish(),
})

export const ChatBody = z
  .object({
    model: z.string().openapi({ example: chatModel }),
    messages: z
      .array(Message)
      .min(1, 'At least one message')
      .max(500, 'At most 500 messages')
      .openapi({
        description:
          'The last user message is the question, earlier ones are its history. System messages are accepted, and ' +
          'change nothing about what an answer may say.',
      }),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    n: z.literal(1, 'Only one choice is made').nullish(),
  })
  .openapi('ChatCompletionBody')
export type ChatBody = z.infer<typeof ChatBody>

const Annotation = z
  .object({
    type: z.literal('url_citation'),
    url_citation: z.object({
      start_index: z.int().openapi({ description: 'Where [n] begins in the content, in characters (code points).' }),
      end_index: z.int(),
      url: z.string(),
      title: z.string(),
    }),
  })
  .openapi('UrlCitation')
export type Annotation = z.infer<typeof Annotation>

const Usage = z
  .object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() })
  .openapi('ChatCompletionUsage', { description: 'Estimated from the lengths of the texts.' })

/** What has no place in OpenAI's form. */
const Extra = z
  .object({
    trace_id: z.string(),
    conversation_id: z.string(),
    abstained: z.boolean(),
    confidence: z.number(),
    warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .openapi('ChatCompletionExtra')

export const ChatCompletion = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(Annotation),
        }),
        logprobs: z.null(),
        finish_reason: z.literal('stop'),
      }),
    ),
    usage: Usage,
    nightdesk: Extra,
  })
  .openapi('ChatCompletion')
export type ChatCompletion = z.infer<typeof ChatCompletion>

/** The last user message as the question, what was said before as its history. */
export function questionIn(messages: ChatBody['messages']): { question: string; history: Exchange[] } {
  const spoken = messages
    .filter(({ role }) => role === 'user' || role === 'assistant')
    .map(({ role, content }) => ({ role, text: textOf(content) }))
  const last = spoken.at(-1)
  if (last?.role !== 'user' || last.text === '') {
    throw fault('The last message must be a user message with a text: it is the question')
  }
  if (last.text.length > maxQuestionChars) {
    throw fault(`The question may have at most ${maxQuestionChars.toLocaleString('en')} characters`)
  }
  const history: Exchange[] = []
  for (const { role, text } of spoken.slice(0, -1)) {
    const open = history.at(-1)
    if (role === 'user') history.push({ question: text.slice(0, maxQuestionChars), answer: '' })
    else if (open !== undefined) open.answer = [open.answer, text].filter(Boolean).join('\n\n')
  }
  return { question: last.text, history }
}

function textOf(content: z.infer<typeof Content> | null | undefined): string {
  if (content === null || content === undefined) return ''
  return (typeof content === 'string' ? content : content.map((part) => part.text).join('\n')).trim()
}

function fault(message: string): RequestProblem {
  return new RequestProblem('invalid_request', 'Correct `messages` and send the request again.', {
    errors: [{ field: 'messages', message }],
  })
}

/**
 * About a token per 4 characters, and one per character of Chinese, Japanese and Korean
 * (help.openai.com/en/articles/4936856).
 */
export function estimatedTokens(text: string): number {
  const wide = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}
