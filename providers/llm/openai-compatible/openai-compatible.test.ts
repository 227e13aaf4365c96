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

  it('passes on what a gateway says the request costs', async () => {
    await using opened = await open(says('ok'), { 'x-litellm-response-cost': '0.0021' })
    const pieces = await Array.fromAsync(opened.llm.reply([redisIsDown], {}, ongoing))
    expect(pieces.at(-1)).toMatchObject({ costUsd: 0.0021 })
  })
})
