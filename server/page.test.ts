import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askOn, lacksChromium, launchBrowser, openPage, steps } from './page.fake.ts'
import { fakeAnswer } from './server.fake.ts'

const ongoing = new AbortController().signal

describe.skipIf(lacksChromium())('the page', { timeout: 20_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  it('answers with steps, code, and the age and owners of each source', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await askOn(page, 'How do I fail over Redis?')
    expect(await page.locator('.answer ol > li').count()).toBe(2)
    expect(await page.locator('.answer pre').textContent()).toBe('redis-cli failover')
    expect(await page.locator('.answer strong').textContent()).toBe('30 seconds')
    const cards = await page.locator('.card').allInnerTexts()
    expect(cards[0]).toMatch(/1\s*Redis runbook › Failover[\s\S]*fresh · edited .* ago[\s\S]*@acme\/sre/)
    expect(cards[1]).toMatch(/2\s*Redis メモ › 待機[\s\S]*stale · edited \d+ years ago[\s\S]*@acme\/data/)
    expect(opened.faults).toEqual([])
  })

  it('warns before the steps', async () => {
    await using opened = await openPage(browser)
    await askOn(opened.page, 'How do I fail over Redis?')
    const text = await opened.page.locator('.turn-main').textContent()
    expect(text).toMatch(/^!Sources disagree\. The older page says 10 seconds\.Fail over/)
  })

  it('says that a source is doubtful even where the server sent no warning', async () => {
    await using opened = await openPage(browser, { answer: { ...steps, warnings: [] } })
    await askOn(opened.page, 'How do I fail over Redis?')
    expect(await opened.page.locator('.notice').textContent()).toContain('[2] may no longer be true')
  })

  it('opens a citation in its document with the quoted words marked, and goes on to the next', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await askOn(page, 'How do I fail over Redis?')
    await page.locator('.answer .chip').first().click()
    await page.locator('.panel mark').first().waitFor()
    expect(await page.locator('.panel h2').textContent()).toBe('Redis runbook')
    expect((await page.locator('.panel mark').allInnerTexts()).join('')).toBe('Run redis-cli failover on the replica.')
    await page.getByRole('button', { name: 'Next source' }).click()
    await page.getByRole('heading', { name: 'Redis メモ' }).waitFor()
    expect(await page.locator('.panel mark').allInnerTexts()).toEqual([
      '切り替えのあと ',
      '30 秒',
      ' 待つ。',
      '遅延を見る',
    ])
    expect(await page.locator('.panel .passage-facts').textContent()).toContain('stale')
    await page.keyboard.press('Escape')
    expect(await page.locator('.panel').isVisible()).toBe(false)
    expect(opened.faults).toEqual([])
  })

  it('sends feedback with a comment on the answer that it stands under', async () => {
    await using opened = await openPage(browser)
    const { page, nightdesk } = opened
    await askOn(page, 'How do I fail over Redis?')
    await page.getByRole('button', { name: 'Outdated' }).click()
    await page.getByPlaceholder('What was wrong or missing?').fill('we are on Valkey now')
    await page.keyboard.press('Enter')
    await page.getByText('Thank you, noted.').waitFor()
    await page.getByPlaceholder('What was wrong or missing?').waitFor({ state: 'hidden' })
    expect(await nightdesk.store.conversations.feedback('trace-1', ongoing)).toMatchObject([
      { verdict: 'stale', principal: 'local' },
      { verdict: 'stale', comment: 'we are on Valkey now' },
    ])
  })

  it('asks a follow-up in the same conversation, and begins a new one on demand', async () => {
    await using opened = await openPage(browser)
    const { page, asked } = opened
    await askOn(page, 'How do I fail over Redis?')
    await askOn(page, 'And on staging?')
    expect(await page.locator('.question').allInnerTexts()).toEqual(['How do I fail over Redis?', 'And on staging?'])
    await page.getByRole('button', { name: 'New conversation' }).click()
    await askOn(page, 'What now?')
    expect(await page.locator('.question').allInnerTexts()).toEqual(['What now?'])
    expect(asked.map(({ conversationId }) => conversationId)).toEqual([undefined, 'conversation-1', undefined])
  })

  it('keeps the conversation over a reload', async () => {
    await using opened = await openPage(browser)
    const { page, asked } = opened
    await askOn(page, 'How do I fail over Redis?')
    await page.reload()
    expect(await page.locator('.question').allInnerTexts()).toEqual(['How do I fail over Redis?'])
    await page.getByLabel('Your question').fill('And on staging?')
    await page.keyboard.press('Enter')
    await page.locator('.turn:nth-child(2) .verdict').first().waitFor()
    expect(asked.at(-1)?.conversationId).toBe('conversation-1')
  })

  it('is used by keyboard alone: ask, go through the sources, open one, close it, ask again', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await page.locator('.example').first().waitFor()
    await page.keyboard.type('How do I fail over')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('Redis?')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Outdated' }).waitFor()
    expect(await page.locator('.question').textContent()).toBe('How do I fail over\nRedis?')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Redis メモ')
    await page.keyboard.press('Enter')
    await page.locator('.panel mark').first().waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('heading', { name: 'Redis runbook' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Redis メモ')
    await page.keyboard.press('/')
    await page.keyboard.type('And now?')
    expect(await page.getByLabel('Your question').inputValue()).toBe('And now?')
  })

  it('speaks Japanese to a Japanese browser, and changes on demand', async () => {
    await using opened = await openPage(browser, {}, { locale: 'ja-JP' })
    const { page } = opened
    await page.getByLabel('質問').fill('どうする？')
    await page.keyboard.press('Enter')
    await page.getByText('古い · ').waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ja')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByText('stale · edited').waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  })

  it('follows the system in light and dark, and keeps another choice', async () => {
    await using opened = await openPage(browser, {}, { colorScheme: 'dark' })
    const { page } = opened
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await ground()
    await page.getByRole('button', { name: 'Light or dark' }).click()
    const light = await ground()
    expect(light).not.toBe(dark)
    await page.reload()
    expect(await ground()).toBe(light)
  })

  it('fits a phone: nothing scrolls sideways, and a document covers the screen until it is closed', async () => {
    const long = fakeAnswer({ answer: `${'x'.repeat(200)} [1]\n\n\`\`\`\n${'kubectl '.repeat(40)}\n\`\`\`` })
    await using opened = await openPage(
      browser,
      { answer: long },
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' },
    )
    const { page } = opened
    await askOn(page, `Why ${'y'.repeat(120)}?`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.locator('.card-open').first().tap()
    await page.locator('.panel mark').first().waitFor()
    expect(await page.locator('.panel').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    await page.getByRole('button', { name: /Close/ }).tap()
    expect(await page.locator('.panel').isVisible()).toBe(false)
  })

  it('opens the document that an address points to', async () => {
    await using opened = await openPage(browser)
    await opened.page.goto(`${opened.nightdesk.url}/#document=redis-notes&passage=redis-notes%231`)
    await opened.page.getByRole('heading', { name: 'Redis メモ' }).waitFor()
    await opened.page.locator('.passage.cited').first().waitFor()
    expect(await opened.page.locator('.passage.cited').count()).toBe(1)
  })
})
