import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Answer, Citation, Question } from '#knowledge/answer.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { type Assets, loadAssets } from './assets.ts'
import {
  fakeAnswer,
  fakeFreshness,
  redisCitation,
  type StartedServer,
  startServer,
  toldInPieces,
} from './server.fake.ts'
import type { ServerParts } from './server.ts'

export const chromiumAt = '/usr/bin/chromium'
export const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
const ongoing = new AbortController().signal

/** Whether the tests of the page have to be left out; says so on stderr. */
export function lacksChromium(): boolean {
  if (existsSync(chromiumAt)) return false
  process.stderr.write(`The tests of the web page are skipped: there is no ${chromiumAt}\n`)
  return true
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumAt, args: [...flags, ...quiet] })
}

export const oldDocument = fakeDocument({
  id: 'redis-notes',
  title: 'Redis メモ',
  path: 'wiki/redis-notes.md',
  lang: 'ja',
  owners: ['@acme/data'],
  url: 'file:///srv/wiki/redis-notes.md',
  editedAt: new Date('2021-03-01T00:00:00Z'),
})
const oldPassage = fakePassage({
  id: 'redis-notes#1',
  heading: ['待機'],
  lang: 'ja',
  text: '切り替えのあと **30 秒** 待つ。\n\n- 遅延を見る\n- `INFO replication` を見る',
  editedAt: new Date('2021-03-01T00:00:00Z'),
})
const oldCitation: Citation = {
  n: 2,
  quote: '切り替えのあと **30 秒** 待つ。\n\n- 遅延を見る',
  passageId: oldPassage.id,
  heading: oldPassage.heading,
  document: oldDocument,
  freshness: fakeFreshness(oldDocument, oldPassage.editedAt),
}
export const steps = fakeAnswer({
  answer:
    'Fail over by hand: [1]\n\n1. Run it: [1]\n   ```sh\n   redis-cli failover\n   ```\n2. Wait for **30 seconds**. [2]',
  citations: [redisCitation, oldCitation],
  warnings: [{ code: 'sources_disagree', message: 'The older page says 10 seconds.' }],
})

export interface OpenedPage extends AsyncDisposable {
  page: Page
  asked: Question[]
  /** Errors that the page raised or logged. */
  faults: string[]
  /** Every address that it asked for. */
  requests: string[]
  nightdesk: StartedServer
}

let assets: Promise<Assets> | undefined

/** The page in a browser, on a real server with three documents that answers from a script. */
export async function openPage(
  browser: Browser,
  given: Partial<ServerParts> & { answer?: Answer; before?: () => void } = {},
  device: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const asked: Question[] = []
  assets ??= loadAssets(join(import.meta.dirname, '../web'))
  const nightdesk = await startServer({
    assets: await assets,
    ask: async function* (question, signal) {
      asked.push(question)
      const answer = { ...(given.answer ?? steps), traceId: `trace-${asked.length}` }
      await nightdesk.store.conversations.addTurn(turnOf(question, answer), signal)
      yield* toldInPieces(answer)
    },
    ...given,
  })
  await nightdesk.store.documents.replaceEntries([fakeEntry(oldDocument, [oldPassage])], ongoing)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US', ...device })
  if (given.before !== undefined) await context.addInitScript(given.before)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(nightdesk.url)
  return {
    page,
    asked,
    faults,
    requests,
    nightdesk,
    async [Symbol.asyncDispose]() {
      await context.close()
      await nightdesk[Symbol.asyncDispose]()
    },
  }
}

/** Asks, and waits until the answer is whole. */
export async function askOn(page: Page, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Outdated' }).last().waitFor()
}

function turnOf(question: Question, answer: Answer) {
  return {
    traceId: answer.traceId,
    conversationId: answer.conversationId,
    principal: question.principal.name,
    question: question.text,
    standalone: question.text,
    lang: answer.lang,
    answer: answer.answer,
    abstained: answer.abstained,
    cited: answer.citations,
    at: new Date('2026-06-01T00:00:00Z'),
  }
}
