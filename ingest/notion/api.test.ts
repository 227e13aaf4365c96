import { describe, expect, it } from 'vitest'
import { type Clock, fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { FakeNotion, type Fault, rateLimited } from './notion.fake.ts'
import { nothingKnown, ongoing, pageAt, sourceOn, syncOnce, today } from './notion-setup.fake.ts'
import { paragraph } from './notion-workspace.fake.ts'
import { Pace } from './pace.ts'

const error = (status: number, code: string) => ({ object: 'error', status, code, message: code })
const answer = (status: number, code: string): Fault => ({ kind: 'answer', status, body: error(status, code) })

/** A workspace of one page, which is surveyed by one call and read by one more. */
async function oneMore(fault: Fault, times = 1, options: Parameters<typeof sourceOn>[1] = {}) {
  await using notion = await FakeNotion.start()
  notion.workspace.addPage({ title: 'Page', blocks: [paragraph('Text.')] })
  notion.fail(/^\/search$/, fault, times)
  notion.fail(/markdown$/, fault, times)
  const source = sourceOn(notion, options)
  const { entries } = await syncOnce(source)
  return { entry: pageAt(entries, 'Page'), calls: source.apiCalls, seen: notion.requests.length }
}

describe('a call', () => {
  const passing: [string, Fault][] = [
    ['a rate limit', rateLimited(1)],
    ['an overload without a time to wait', answer(529, 'service_overload')],
    ['a server error', answer(500, 'internal_server_error')],
    ['a conflict', answer(409, 'conflict_error')],
    ["a proxy's HTML", { kind: 'answer', status: 502, html: '<html>Bad gateway</html>' }],
    ['a reset', { kind: 'reset' }],
    ['a body that breaks off', { kind: 'broken-off' }],
  ]
  it.each(passing)('is made again after %s', async (_, fault) => {
    const { entry, calls, seen } = await oneMore(fault)
    expect(entry.content).toBe('Text.\n')
    // Pages, data sources, the page, its people: each of them once, and two of them again.
    expect(seen).toBe(6)
    expect(calls).toBe(6)
  })

  it.each(['silent', 'stalled'] as const)('is made again when its answer is %s for too long', async (kind) => {
    const { entry } = await oneMore({ kind }, 1, { requestTimeoutMs: 500 })
    expect(entry.content).toBe('Text.\n')
  })

  it('waits for a slow answer', async () => {
    expect((await oneMore({ kind: 'slow', ms: 30 })).calls).toBe(4)
  })

  it('is given up after a while, and says what to do', async () => {
    await using notion = await FakeNotion.start()
    notion.fail(/^\/search$/, answer(503, 'service_unavailable'), 99)
    const source = sourceOn(notion)
    await expect(source.survey(nothingKnown, ongoing)).rejects.toMatchObject({
      code: 'notion_unreachable',
      retryable: true,
    })
    expect(source.apiCalls).toBe(6)
  })

  const refused: [number, string, string][] = [
    [401, 'unauthorized', 'notion_token_refused'],
    [403, 'restricted_resource', 'notion_forbidden'],
    [400, 'validation_error', 'notion_refused'],
  ]
  it.each(refused)('that is answered %i is not made again', async (status, notionCode, code) => {
    await using notion = await FakeNotion.start()
    notion.fail(/^\/search$/, answer(status, notionCode), 99)
    const source = sourceOn(notion)
    await expect(source.survey(nothingKnown, ongoing)).rejects.toMatchObject({ code })
    expect(source.apiCalls).toBe(1)
  })

  it('refused by the server for its token or its version says so', async () => {
    await using notion = await FakeNotion.start()
    const survey = sourceOn(notion, { token: 'wrong' }).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'notion_token_refused' })
  })

  it('without a token is not made, and names the variable', async () => {
    await using notion = await FakeNotion.start()
    const survey = sourceOn(notion, { token: undefined }).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({
      code: 'notion_token_missing',
      userMessage: expect.stringContaining('NOTION_TOKEN'),
    })
    expect(notion.requests).toEqual([])
  })

  it('speaks the version that was asked for', async () => {
    await using notion = await FakeNotion.start()
    notion.workspace.addPage({ title: 'Page' })
    const { survey } = await syncOnce(sourceOn(notion, { apiVersion: '2026-03-11' }))
    expect(survey.changed).toHaveLength(1)
  })

  it('answered by something else entirely is an error that says so', async () => {
    await using notion = await FakeNotion.start()
    notion.fail(/^\/search$/, { kind: 'body', body: { hello: 'world' } })
    await expect(sourceOn(notion).survey(nothingKnown, ongoing)).rejects.toMatchObject({
      code: 'notion_answer_invalid',
    })
  })

  it('ends its wait when it is told to', async () => {
    await using notion = await FakeNotion.start()
    notion.fail(/^\/search$/, rateLimited(60), 99)
    const stop = new AbortController()
    const sleep = async (_: number, signal: AbortSignal) => {
      stop.abort(new Error('enough'))
      signal.throwIfAborted()
    }
    await expect(sourceOn(notion, { sleep }).survey(nothingKnown, stop.signal)).rejects.toThrow('enough')
  })

  it('is not waited for longer than a sync may take', async () => {
    await using notion = await FakeNotion.start()
    notion.fail(/^\/search$/, rateLimited(3600))
    await expect(sourceOn(notion).survey(nothingKnown, ongoing)).rejects.toMatchObject({ code: 'notion_limited' })
  })

  it('takes the time to wait as a date, too', async () => {
    await using notion = await FakeNotion.start()
    const headers = { 'retry-after': new Date(Date.parse(today) + 30_000).toUTCString() }
    notion.fail(/^\/search$/, { kind: 'answer', status: 429, headers, body: error(429, 'rate_limited') })
    const reasons: string[] = []
    await sourceOn(notion, { onWait: ({ reason }) => reasons.push(reason) }).survey(nothingKnown, ongoing)
    expect(reasons).toEqual([expect.stringContaining('in 30 s')])
  })
})

/** Waiting is what makes the time go on. */
function paceOn(clock: Clock & { advance(ms: number): void }) {
  const waits: number[] = []
  const reasons: string[] = []
  const sleep = async (ms: number) => {
    waits.push(ms)
    clock.advance(ms)
  }
  const onWait = ({ reason }: { reason: string }) => reasons.push(reason)
  const pace = new Pace({ clock, sleep, log: silentLog, onWait, maxWaitMs: 60_000 })
  return { pace, waits, reasons }
}

describe('the pace', () => {
  it('holds nothing back while nothing is refused', async () => {
    const { pace, waits } = paceOn(fixedClock(today))
    for (let call = 0; call < 100; call++) {
      await pace.pass(ongoing)
      pace.succeeded()
    }
    expect(waits).toEqual([])
  })

  it('lets everybody wait for one refusal, and tells of it once', async () => {
    const { pace, waits, reasons } = paceOn(fixedClock(today))
    for (let call = 0; call < 3; call++) expect(pace.refused(5000)).toBe(true)
    await pace.pass(ongoing)
    expect(waits).toEqual([5000])
    expect(reasons).toHaveLength(1)
    expect(pace.refused(61_000)).toBe(false)
  })

  it('comes to spend few calls on being refused, whatever the limit is', async () => {
    const clock = fixedClock(today)
    const { pace } = paceOn(clock)
    let refused = 0
    let tokens = 10
    let filledAt = clock.now().getTime()
    // A bucket that gives three a second, and holds ten.
    for (let good = 0; good < 1000; ) {
      await pace.pass(ongoing)
      clock.advance(20)
      const now = clock.now().getTime()
      tokens = Math.min(10, tokens + ((now - filledAt) * 3) / 1000)
      filledAt = now
      if (tokens >= 1) {
        tokens--
        good++
        pace.succeeded()
      } else {
        refused++
        pace.refused(1000)
      }
    }
    expect(refused).toBeLessThan(100)
    const seconds = (clock.now().getTime() - Date.parse(today)) / 1000
    expect(seconds).toBeLessThan(400)
  })
})
