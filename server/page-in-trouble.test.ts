import { createHash } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ask } from '#knowledge/answer.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { askOn, lacksChromium, launchBrowser, oldDocument, openPage, steps } from './page.fake.ts'
import { fakeAnswer, stuckAsk, toldInPieces } from './server.fake.ts'

const ongoing = new AbortController().signal

describe.skipIf(lacksChromium())('the page in trouble', { timeout: 20_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  it('says so when the quoted words are gone from the document', async () => {
    await using opened = await openPage(browser)
    const { page, nightdesk } = opened
    await askOn(page, 'How do I fail over Redis?')
    await nightdesk.store.documents.replaceEntries([fakeEntry(oldDocument, ['すべて自動。'])], ongoing)
    await page
      .getByRole('button', { name: /Redis メモ/ })
      .last()
      .click()
    await page.getByText('The quoted words are no longer in this document').waitFor()
    expect(await page.locator('.panel mark').count()).toBe(0)
  })

  it('stops an answer that takes too long, and tries again', async () => {
    const stuck = stuckAsk()
    let calls = 0
    const askOnce: Ask = (question, signal) => (calls++ === 0 ? stuck.ask(question, signal) : toldInPieces(steps))
    await using opened = await openPage(browser, { ask: askOnce })
    const { page } = opened
    await page.getByLabel('Your question').fill('How?')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await stuck.started
    await page.keyboard.press('Escape')
    await page.getByText('Stopped.').waitFor()
    await stuck.aborted
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Outdated' }).waitFor()
    expect(await page.locator('.question').allInnerTexts()).toEqual(['How?'])
  })

  it('never turns the words of a document or an answer into HTML', async () => {
    const hostile = '<img src=x onerror="window.hacked = 1"> [click](javascript:alert(1)) [1]'
    await using opened = await openPage(browser, { answer: fakeAnswer({ answer: hostile }) })
    const { page } = opened
    await askOn(page, '<b>bold?</b>')
    expect(await page.locator('.answer').textContent()).toContain('<img src=x onerror="window.hacked = 1"> click')
    expect(await page.locator('.answer img, .answer a, .question b').count()).toBe(0)
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  })

  it('names the nearest documents and their owners where the documents hold no answer', async () => {
    const abstained = fakeAnswer({ answer: 'I looked for “lunch” and found nothing.', abstained: true, citations: [] })
    await using opened = await openPage(browser, { answer: abstained })
    await askOn(opened.page, 'What is for lunch?')
    const text = await opened.page.locator('.turn').textContent()
    expect(text).toContain('Your documents don’t answer this')
    await opened.page.getByText('Nearest documents, and who owns them').waitFor()
    expect(await opened.page.locator('.card').textContent()).toMatch(/Redis runbook[\s\S]*@acme\/sre/)
  })

  it('says in plain words that the server is gone, and when it is back', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await page.route('**/v1/**', (route) => route.abort())
    await page.route('**/healthz', (route) => route.abort())
    await page.getByLabel('Your question').fill('How?')
    await page.keyboard.press('Enter')
    await page.getByText('Is it still running').waitFor()
    await page.getByText('Trying again by itself').waitFor()
    await page.unrouteAll()
    await page.getByText('Nightdesk is back.').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Outdated' }).waitFor()
    expect(await page.getByText('Is it still running').isVisible()).toBe(false)
  })

  it.each([
    [429, { 'retry-after': '20' }, '{}', 'Too many questions at once. Try again in 20 s.'],
    [503, {}, '{"detail":"The model is down; try again in a minute."}', 'The model is down; try again in a minute.'],
  ])('explains an answer of %d', async (status, headers, body, said) => {
    await using opened = await openPage(browser)
    const { page } = opened
    await page.route('**/v1/ask', (route) => route.fulfill({ status, headers, body }))
    await page.getByLabel('Your question').fill('How?')
    await page.keyboard.press('Enter')
    await page.getByText(said).waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true)
  })

  it('asks for a token where principals are configured, keeps it for this tab, and forgets it', async () => {
    const tokenSha256 = createHash('sha256').update('battery-staple').digest('hex')
    await using opened = await openPage(browser, { principals: [{ name: 'alice', audiences: ['sre'], tokenSha256 }] })
    const { page } = opened
    await page.getByLabel('Token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('This token is not known here').waitFor()
    await page.getByLabel('Token').fill('battery-staple')
    await page.keyboard.press('Enter')
    await page.getByText('signed in as alice').waitFor()
    await askOn(page, 'How?')
    expect(opened.asked[0]?.principal.name).toBe('alice')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
  })

  it('asks nobody but its own server for anything', async () => {
    await using opened = await openPage(browser)
    await askOn(opened.page, 'How?')
    const strangers = opened.requests.filter((url) => !url.startsWith(opened.nightdesk.url))
    expect(strangers).toEqual([])
  })
})
