import { expect, it } from 'vitest'
import type { PageCall, Pager } from './pager.ts'

export interface OpenedPager extends AsyncDisposable {
  pager: Pager
  /** What has arrived where the pager delivers. */
  arrived: () => PageCall[]
  /** From now on nothing is taken. */
  refuse: () => void
  /** From now on nothing is answered. */
  hang: () => void
}

const ongoing = new AbortController().signal
const call: PageCall = {
  owners: ['@data', '当番'],
  about: 'How do I fail over "suzume"?',
  document: { title: 'Ledger 手順', url: 'https://wiki.example/ledger' },
  by: 'ann',
  conversationId: 'c1',
}

/** What it means to be a Pager. */
export function pagerContract(open: () => Promise<OpenedPager>): void {
  it('delivers who is called, why, and by whom', async () => {
    await using opened = await open()
    const expected = opened.pager.wayTo(call)
    expect(await opened.pager.page(call, ongoing)).toBe(expected)
    expect(opened.arrived()).toEqual([call])
  })

  it('fails when the call was not taken', async () => {
    await using opened = await open()
    opened.refuse()
    await expect(opened.pager.page(call, ongoing)).rejects.toMatchObject({ code: expect.stringMatching(/^page_/) })
  })

  it('stops with the reason given when it is not wanted any more', async () => {
    await using opened = await open()
    opened.hang()
    const stop = new AbortController()
    const paging = opened.pager.page(call, stop.signal)
    stop.abort(new Error('hung up'))
    await expect(paging).rejects.toThrow('hung up')
  })
}
