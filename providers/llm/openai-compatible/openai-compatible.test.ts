import { describe, expect, it } from 'vitest'
import { llmContract } from '../llm.contract.ts'
import { type ReplyScript, says } from '../llm.fake.ts'
import type { LlmMessage } from '../llm.ts'
import { fakeOpenAi } from './openai.fake.ts'
import { OpenAiCompatibleLlm } from './openai-compatible.ts'

const ongoing = new AbortController().signal
const forever = new Promise<never>(() => {})
const redisIsDown: LlmMessage = { role: 'user', text: 'Redis is down.' }

async function open(script: ReplyScript, headers?: Record<string, string>) {
  const fake = await fakeOpenAi(script, headers)
  const llm = new OpenAiCompatibleLlm({ model: 'tiny', apiKey: 'key-for-tests', baseUrl: fake.url })
  return { llm, fake, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() }
}

describe('OpenAiCompatibleLlm', () => {
  llmContract(open)

  it('asks for the model by name, with the key, streamed and with usage', async () => {
    await using opened = await open(says('ok'))
    await Array.fromAsync(opened.llm.reply([{ role: 'system', text: 'Be brief.' }, redisIsDown], {}, ongoing))
    expect(opened.fake.authorizations).toEqual(['Bearer key-for-tests'])
    expect(opened.fake.requests[0]).toMatchObject({
      model: 'tiny',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Redis is down.' },
      ],
    })
  })

  it('leaves it to the model whether it calls a tool, but where it has to', async () => {
    await using opened = await open(says('ok'))
    const tools = [{ name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } }]
    for (const mustCall of [false, true])
      await Array.fromAsync(opened.llm.reply([redisIsDown], { tools, mustCall }, ongoing))
    expect(opened.fake.requests.map(({ tool_choice }) => tool_choice)).toEqual([undefined, 'required'])
  })

  it('sends a tool’s result back with the call that it answers', async () => {
    await using opened = await open(says('ok'))
    const call = { id: 'call-1', name: 'search', arguments: '{"query":"redis"}' }
    const messages: LlmMessage[] = [
      redisIsDown,
      { role: 'assistant', text: '', toolCalls: [call] },
      { role: 'tool', toolCallId: 'call-1', text: 'nothing' },
    ]
    await Array.fromAsync(opened.llm.reply(messages, {}, ongoing))
    expect(opened.fake.requests[0]?.messages.slice(1)).toMatchObject([
      { role: 'assistant', tool_calls: [{ id: 'call-1', function: { name: 'search', arguments: call.arguments } }] },
      { role: 'tool', tool_call_id: 'call-1', content: 'nothing' },
    ])
  })

  it('hangs up on the model when nobody listens any more', async () => {
    await using opened = await open(async function* () {
      yield 'Restart '
      await forever
    })
    for await (const piece of opened.llm.reply([redisIsDown], {}, ongoing)) {
      expect(piece).toEqual({ kind: 'text', text: 'Restart ' })
      break
    }
    await opened.fake.hungUp
  })

  it.each([
    [429, 'rate-limited'],
    [404, 'rejected'],
    [503, 'unreachable'],
  ])('tells what went wrong from status %d', async (status, fault) => {
    await using opened = await open(says({ status }))
    await expect(Array.fromAsync(opened.llm.reply([redisIsDown], {}, ongoing))).rejects.toMatchObject({ fault })
  })

  it('tells when nobody listens at the address', async () => {
    const llm = new OpenAiCompatibleLlm({ model: 'tiny', apiKey: 'k', baseUrl: 'http://127.0.0.1:9/v1' })
    await expect(Array.fromAsync(llm.reply([redisIsDown], {}, ongoing))).rejects.toMatchObject({ fault: 'unreachable' })
  })

  describe('behind a proxy like LiteLLM', () => {
    it('passes on what the request costs, which model replied, and what is still allowed', async () => {
      await using opened = await open(says('ok'), {
        'x-litellm-response-cost': '0.0021',
        'x-litellm-model-id': '9f3a',
        'x-litellm-key-spend': '8.25',
        'x-litellm-key-max-budget': '10.0',
        'x-ratelimit-remaining-requests': '41',
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-tokens': '9000',
      })
      const pieces = await Array.fromAsync(opened.llm.reply([redisIsDown], {}, ongoing))
      expect(pieces.at(-1)).toMatchObject({
        costUsd: 0.0021,
        servedBy: 'tiny',
        allowance: {
          requests: { left: 41, limit: 60 },
          tokens: { left: 9000 },
          budget: { spentUsd: 8.25, limitUsd: 10 },
        },
        deployment: '9f3a',
      })
    })

    it.each<[string, number, object]>([
      [
        'over-budget',
        400,
        {
          message: 'Budget has been exceeded! Current cost: 10.5, Max budget: 10.0',
          type: 'budget_exceeded',
          param: null,
          code: '400',
        },
      ],
      [
        'over-budget',
        429,
        {
          message: 'ExceededBudget: End User=ops over budget. Spend=0.0008, Budget=0.0001',
          type: 'auth_error',
          param: 'None',
          code: 429,
        },
      ],
      [
        'rate-limited',
        429,
        {
          message: 'No deployments available for selected model, Try again in 60 seconds.',
          type: 'None',
          param: 'None',
          code: '429',
        },
      ],
      [
        'unauthorized',
        401,
        {
          message: 'Authentication Error, Invalid proxy server token passed.',
          type: 'auth_error',
          param: 'None',
          code: '401',
        },
      ],
      [
        'unknown-model',
        401,
        {
          message: 'key not allowed to access model. This key can only access models=[small]. Tried to access tiny',
          type: 'key_model_access_denied',
          param: 'model',
          code: '401',
        },
      ],
      [
        'unknown-model',
        400,
        {
          message: 'litellm.BadRequestError: Invalid model name passed in model=tiny',
          type: 'invalid_request_error',
          param: 'None',
          code: '400',
        },
      ],
      ['unreachable', 503, { message: 'litellm.ServiceUnavailableError', type: null, param: null, code: '503' }],
    ])('reads %s from its %d', async (fault, status, error) => {
      await using opened = await open(says({ status, body: { error } }))
      await expect(Array.fromAsync(opened.llm.reply([redisIsDown], {}, ongoing))).rejects.toMatchObject({ fault })
    })

    it('hears how long it is to be left alone', async () => {
      await using opened = await open(says({ status: 429, headers: { 'retry-after': '7' } }))
      await expect(Array.fromAsync(opened.llm.reply([redisIsDown], {}, ongoing))).rejects.toMatchObject({
        fault: 'rate-limited',
        retryAfterMs: 7000,
      })
    })
  })
})
