import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacksChromium, launchBrowser, openPage } from './page.fake.ts'
import { fakePrices, fakeTurn } from './providers-desk.fake.ts'
import type { ProvidersDesk } from './routes/providers-desk.ts'
import type { Operations, SourceStatus } from './routes/sources.ts'

const now = Date.now()
const well: SourceStatus = {
  id: 'runbooks',
  kind: 'github',
  audience: [],
  entries: 1204,
  state: 'idle',
  lastSync: { startedAt: new Date(now - 130_000), finishedAt: new Date(now - 125_000) },
  nextSyncAt: new Date(now + 475_000),
  queue: { waiting: 0, running: 0, delayed: 0, dead: 0 },
  failures: [],
  apiBudget: { left: 4321, limit: 5000, resetsAt: new Date(now + 1_800_000) },
  lag: { lastMs: 2140, p50Ms: 1800, p95Ms: 4100, changes: 31 },
}
const troubled: SourceStatus = {
  id: 'wiki',
  kind: 'notion',
  audience: [],
  entries: 2987,
  state: 'syncing',
  lastSync: { startedAt: new Date(now - 7_300_000), finishedAt: new Date(now - 7_205_000) },
  queue: { waiting: 180, running: 8, delayed: 2, dead: 2 },
  failures: [
    {
      entry: 'Payments / Failover 手順',
      state: 'dead',
      reason: 'Notion answered 500 six times in a row.',
      failedAt: new Date(now - 3_700_000),
    },
    { entry: 'Old / Import', state: 'waiting', reason: 'The page is too large.', failedAt: new Date(now - 200_000) },
  ],
}

describe.skipIf(lacksChromium())('the operations page', { timeout: 20_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  function watched(sources: SourceStatus[]) {
    const asked: unknown[] = []
    const operations: Operations = {
      sources: async () => sources,
      sync: async (source, entries) => void asked.push([source, entries]),
    }
    return { asked, operations }
  }

  it('says at the top what needs a look, and shows each source with its lag, its budget and what failed', async () => {
    await using opened = await openPage(browser, watched([well, troubled]))
    const { page } = opened
    await page.goto(`${opened.nightdesk.url}/operations`)
    await page.getByRole('heading', { level: 1, name: '1 source needs a look.' }).waitFor()
    const [wiki, runbooks] = await page.locator('.source').allInnerTexts()
    expect(runbooks).toMatch(/up to date[\s\S]*1,204[\s\S]*took 5.0 s[\s\S]*2.1 sec[\s\S]*4,321 of 5,000/)
    expect(wiki).toMatch(/188 to read, 8 under way · 2 tried again soon/)
    expect(wiki).toMatch(/2 could not be read[\s\S]*Notion answered 500 six times[\s\S]*given up, 1 hour ago/)
    expect(opened.faults).toEqual([])
  })

  it('retries one failure, all of them, or the whole source', async () => {
    const { asked, operations } = watched([troubled])
    await using opened = await openPage(browser, { operations })
    const { page } = opened
    await page.goto(`${opened.nightdesk.url}/operations`)
    await page.getByRole('button', { name: 'Retry Old / Import' }).click()
    await page.getByText('wiki: Asked for.').waitFor()
    await page.getByRole('button', { name: 'Retry all' }).click()
    await expect.poll(() => asked.length).toBe(2)
    await page.getByRole('button', { name: 'Sync now' }).click()
    await expect
      .poll(() => asked)
      .toEqual([
        ['wiki', ['Old / Import']],
        ['wiki', ['Payments / Failover 手順', 'Old / Import']],
        ['wiki', 'all'],
      ])
  })

  it('says which provider is left alone, since when, what users notice, and drains it', async () => {
    const commands: unknown[] = []
    const provider = { kind: 'llm' as const, drained: false, pinned: false, demoted: false, calls: 40, fallbacks: 3 }
    const providers: ProvidersDesk = {
      read: () => ({
        providers: [
          { ...provider, id: 'backup', state: 'closed', failures: 0 },
          {
            ...provider,
            id: 'primary',
            state: 'open',
            failures: 3,
            since: new Date(now - 180_000).toISOString(),
            last_fault: {
              code: 'llm_unreachable',
              message: 'The language model could not be reached.',
              at: new Date(now).toISOString(),
            },
            first_piece_ms: { p50: 350, p95: 900 },
          },
        ],
        alarms: [],
        spending: { day: '2026-06-01', usd: 1.5, turns: 40, kinds: [], principals: [] },
      }),
      command: async (kind, id, command) => {
        commands.push([kind, id, command])
        return true
      },
      turns: () => [],
      prices: () => fakePrices,
    }
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using opened = await openPage(browser, { ...watched([well]), providers }, { viewport })
      const { page } = opened
      await page.goto(`${opened.nightdesk.url}/operations`)
      await page.getByRole('heading', { level: 1, name: '1 provider is failing' }).waitFor()
      expect(await page.locator('.troubles').textContent()).toMatch(
        /primary[\s\S]*could not be reached[\s\S]*Since[\s\S]*3 minutes ago[\s\S]*users notice[\s\S]*short wait[\s\S]*being done[\s\S]*backup answers in its place/,
      )
      const [first] = await page.locator('.provider').allInnerTexts()
      expect(first).toMatch(/primary[\s\S]*left alone/)
      await page.getByRole('button', { name: 'Drain primary' }).click()
      await page.getByText('primary: Drain').waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
      expect(opened.faults).toEqual([])
    }
    expect(commands).toEqual([
      ['llm', 'primary', 'drain'],
      ['llm', 'primary', 'drain'],
    ])
  })

  it('shows the last turns as bars whose parts add up, and what voice costs, on a phone too', async () => {
    const providers: ProvidersDesk = {
      read: () => ({ providers: [], alarms: [] }),
      command: async () => false,
      turns: () => [{ principal: 'alice', wire: fakeTurn }],
      prices: () => fakePrices,
    }
    await using opened = await openPage(
      browser,
      { ...watched([well]), providers },
      { viewport: { width: 390, height: 844 } },
    )
    const { page } = opened
    await page.goto(`${opened.nightdesk.url}/operations`)
    const turn = page.locator('.turns ol li')
    expect(await turn.textContent()).toMatch(/1,130 ms[\s\S]*answered · spoken · backup · \$0.0123 · 1 call taken over/)
    const widths = await turn
      .locator('.stack > span')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width))
    const whole = await turn.locator('.stack').evaluate((bar) => bar.getBoundingClientRect().width)
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(whole, 0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.getByRole('link', { name: 'Costs' }).click()
    await page.getByLabel('Minutes of conversation a day').fill('100')
    // 100 minutes of 0.006 for the ear, 2 × (3500 × 1 + 250 × 10) / 1M for the model, and 2 × 0.35 × 0.05 for the voice.
    await page.getByText('$5.30').waitFor()
    await page.locator('select[name=voice]').selectOption('espeak-ng')
    await page.getByText('$1.80').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(opened.faults).toEqual([])
  })

  it('fits a phone, also in Japanese', async () => {
    await using opened = await openPage(browser, watched([well, troubled]), { viewport: { width: 390, height: 844 } })
    const { page } = opened
    await page.goto(`${opened.nightdesk.url}/operations`)
    await page.getByRole('button', { name: '日本語' }).click()
    await page.getByText('取り込み元 1 件に確認が必要です。').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(opened.faults).toEqual([])
  })
})
