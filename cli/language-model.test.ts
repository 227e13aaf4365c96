import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fakeOpenAi } from '#providers/llm/openai-compatible/openai.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

const AnswerSeen = z.object({
  answer: z.string(),
  provider: z.string(),
  warnings: z.array(z.object({ code: z.string() })),
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-llm-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function asked(env: Record<string, string>) {
  const { out } = await nightdesk(['ask', 'how long do we keep logs?', '--json', '--data-dir', folder], { env })
  return AnswerSeen.parse(JSON.parse(out))
}

describe('with a language model in the environment', { timeout: 20_000 }, () => {
  it('answers come from it, and from its fallback when it fails', async () => {
    await using down = await fakeOpenAi(async function* () {
      yield { status: 500 }
    })
    await using up = await fakeOpenAi(async function* () {
      yield 'Application logs are kept for 30 days. [1]'
    })
    const { provider } = await asked({
      OPENAI_BASE_URL: down.url,
      LLM_MODEL: 'first',
      SECOND_KEY: 'sk-second',
      LLM_FALLBACKS: JSON.stringify([{ base_url: up.url, api_key_env: 'SECOND_KEY', model: 'second' }]),
    })
    expect(down.requests.map(({ model }) => model)).toEqual(['first'])
    expect(up.authorizations).toEqual(['Bearer sk-second'])
    expect(provider).toBe('second')
  })

  it('answers are quoted all the same when it is down, and say so', async () => {
    const { provider, warnings } = await asked({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', LLM_MODEL: 'gone' })
    expect(provider).toBe('extractive')
    expect(warnings).not.toEqual([])
  })

  it('doctor names each fallback that lacks its key, and a model without an address', async () => {
    const { code, out } = await nightdesk(['doctor', '--data-dir', folder], {
      env: {
        LLM_MODEL: 'first',
        LLM_FALLBACKS: JSON.stringify([{ base_url: 'http://127.0.0.1:9/v1', api_key_env: 'NO_KEY', model: 'second' }]),
      },
    })
    expect(code).toBe(1)
    expect(out).toContain('FAULT llm: LLM_MODEL is set without a key or an address')
    expect(out).toContain('FAULT llm fallback second: NO_KEY is not set')
  })
})
