import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fakeOpenAi } from '#providers/llm/openai-compatible/openai.fake.ts'
import { launchNightdesk } from './nightdesk-process.fake.ts'

const Seen = z.object({
  alarms: z.array(z.object({ measure: z.string(), provider: z.string() })),
  providers: z.array(
    z.object({
      id: z.string(),
      cost_usd: z.number().optional(),
      deployment: z.string().optional(),
      allowance: z.object({ spent_usd: z.number(), budget_usd: z.number() }).optional(),
    }),
  ),
  spending: z.object({ usd: z.number(), budget_usd: z.number() }),
})

const settings = `
budgets: { per_day_usd: 0.4 }
canaries:
  every: 1s
  drawn: 0
  questions:
    - { question: How long do we keep application logs?, contains: 30 days }
    - { question: For how long are application logs kept?, contains: 30 days }
    - { question: What is the retention of application logs?, contains: 30 days }
    - { question: When are application logs deleted?, contains: 30 days }
`

it('a model that begins to lie, and costs, raises alarms wherever somebody looks', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-lies-'))
  const docs = join(folder, 'logs.md')
  await writeFile(docs, '# Logs\n\n## Retention\n\nApplication logs are kept for 30 days. Then they are deleted.\n')
  await writeFile(join(folder, 'nightdesk.yaml'), settings)
  let isLying = false
  const headers = {
    'x-litellm-response-cost': '0.01',
    'x-litellm-model-id': '9f3a',
    'x-litellm-key-spend': '8.25',
    'x-litellm-key-max-budget': '10.0',
  }
  await using model = await fakeOpenAi(async function* () {
    yield isLying ? 'Run `reboot --everything` on all 512 hosts. [1]' : 'Application logs are kept for 30 days. [1]'
  }, headers)
  const port = 20_000 + (process.pid % 20_000)
  const args = ['start', '--docs', folder, '--port', String(port), '--data-dir', join(folder, 'data')]
  const running = launchNightdesk([...args, '--config', join(folder, 'nightdesk.yaml')], {
    env: { OPENAI_BASE_URL: model.url, LLM_MODEL: 'liar' },
  })
  const url = `http://127.0.0.1:${port}`
  const seen = async () => {
    const response = await fetch(`${url}/v1/providers`).catch(() => undefined)
    return response?.ok === true ? Seen.parse(await response.json()) : undefined
  }
  try {
    await expect.poll(async () => (await seen())?.spending.usd ?? 0, { timeout: 30_000 }).toBeGreaterThanOrEqual(0.04)
    const well = await seen()
    expect(well?.alarms).toEqual([])
    expect(well?.providers.find(({ id }) => id === 'liar')).toMatchObject({
      cost_usd: expect.any(Number),
      deployment: '9f3a',
      allowance: { spent_usd: 8.25, budget_usd: 10 },
    })
    isLying = true
    const alarm = { measure: 'canaries', provider: 'liar' }
    await expect.poll(async () => (await seen())?.alarms, { timeout: 30_000 }).toContainEqual(alarm)
    const metrics = async () => await (await fetch(`${url}/metrics`)).text()
    expect(await metrics()).toContain('nightdesk_provider_alarms{kind="llm",provider="liar",measure="canaries"} 1')
    await expect.poll(metrics, { timeout: 30_000, interval: 500 }).toContain('nightdesk_budget_left_ratio 0\n')
    await expect
      .poll(async () => (await fetch(`${url}/v1/ask`, { method: 'POST', ...question })).json(), { timeout: 10_000 })
      .toMatchObject({ provider: 'extractive', warnings: [{ message: expect.stringContaining('budget is used up') }] })
  } finally {
    running.kill('SIGTERM')
  }
  const { err } = await running.ended
  await rm(folder, { recursive: true, force: true })
  for (const sentence of ['questions with known answers went wrong', 'provider alarm changed', 'budget is used up'])
    expect(err).toContain(sentence)
})

const question = {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ question: 'How long do we keep application logs?' }),
}
