import { expect, it } from 'vitest'
import type { WorkLedger } from './work-ledger.ts'

const ongoing = new AbortController().signal
const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n))

/** What it means to be a WorkLedger. */
export function workLedgerContract(open: () => Promise<WorkLedger>): void {
  const begun = (ledger: WorkLedger, id: string, at = 0, note = 'asked') =>
    ledger.begin({ id, note, at: second(at), leaseUntil: second(at + 10) }, ongoing)

  it('gives one piece of work to one taker', async () => {
    await using ledger = await open()
    const taken = await Promise.all(Array.from({ length: 8 }, () => begun(ledger, 'q1')))
    expect(taken.filter(Boolean)).toHaveLength(1)
    await ledger.finish('q1', 'answered', ongoing)
    expect(await begun(ledger, 'q1', 100)).toBe(false)
    expect(await begun(ledger, 'q2')).toBe(true)
    expect(await ledger.note('q1', ongoing)).toBe('answered')
    expect(await ledger.note('q9', ongoing)).toBeUndefined()
  })

  it('hands on what was left lying, and nothing that somebody is still at', async () => {
    await using ledger = await open()
    for (const [at, id] of ['left', 'kept', 'done'].entries()) await begun(ledger, id, at)
    await ledger.keep({ id: 'kept', note: '途中', leaseUntil: second(60) }, ongoing)
    await ledger.finish('done', 'answered', ongoing)
    expect(await ledger.takeOver(second(9), second(99), 10, ongoing)).toEqual([])
    expect(await ledger.takeOver(second(11), second(31), 10, ongoing)).toEqual([
      { id: 'left', note: 'asked', takeovers: 1 },
    ])
    expect(await ledger.takeOver(second(12), second(31), 10, ongoing)).toEqual([])
    expect(await ledger.takeOver(second(61), second(99), 10, ongoing)).toEqual([
      { id: 'left', note: 'asked', takeovers: 2 },
      { id: 'kept', note: '途中', takeovers: 1 },
    ])
  })

  it('gives what was left lying to one of several who ask at once, the oldest first', async () => {
    await using ledger = await open()
    for (let n = 0; n < 6; n++) await begun(ledger, `q${n}`, 6 - n)
    const taken = await Promise.all(
      Array.from({ length: 4 }, () => ledger.takeOver(second(60), second(90), 2, ongoing)),
    )
    const ids = taken.flat().map(({ id }) => id)
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
    expect(ids.length).toBeGreaterThanOrEqual(2)
    expect(taken.find((some) => some.length > 0)?.every(({ id }) => ids.includes(id))).toBe(true)
    expect((await ledger.takeOver(second(91), second(99), 1, ongoing))[0]?.id).toBe('q5')
  })

  it('takes no word on what is finished or unknown', async () => {
    await using ledger = await open()
    await begun(ledger, 'q1')
    await ledger.finish('q1', 'answered', ongoing)
    await ledger.keep({ id: 'q1', note: 'again', leaseUntil: second(1) }, ongoing)
    await ledger.keep({ id: 'q7', note: 'again', leaseUntil: second(1) }, ongoing)
    expect(await ledger.note('q1', ongoing)).toBe('answered')
    expect(await ledger.takeOver(second(60), second(99), 10, ongoing)).toEqual([])
  })

  it('lets one begin again what is finished, and nobody what somebody is at', async () => {
    await using ledger = await open()
    await begun(ledger, 'q1')
    const again = { id: 'q1', note: 'again', leaseUntil: second(20) }
    expect(await ledger.reopen(again, ongoing)).toBe(false)
    await ledger.finish('q1', 'answered', ongoing)
    const opened = await Promise.all([1, 2, 3].map(() => ledger.reopen(again, ongoing)))
    expect(opened.filter(Boolean)).toHaveLength(1)
    expect(await ledger.reopen({ ...again, id: 'q9' }, ongoing)).toBe(false)
    expect(await ledger.takeOver(second(21), second(31), 10, ongoing)).toEqual([
      { id: 'q1', note: 'again', takeovers: 1 },
    ])
  })

  it('forgets what was finished long ago, and only that', async () => {
    await using ledger = await open()
    await begun(ledger, 'old')
    await begun(ledger, 'open')
    await begun(ledger, 'young', 50)
    await ledger.finish('old', 'answered', ongoing)
    await ledger.finish('young', 'answered', ongoing)
    await ledger.forgetBefore(second(30), ongoing)
    expect(await ledger.note('old', ongoing)).toBeUndefined()
    expect([await ledger.note('open', ongoing), await ledger.note('young', ongoing)]).toEqual(['asked', 'answered'])
  })
}
