import type { Pager } from './pager.ts'

/** Pages by all of these at once: somebody may be asleep. It has got through where one of them has. */
export function everyWay(pagers: readonly Pager[]): Pager {
  return {
    wayTo: () => 'paged',
    async page(call, signal) {
      const ways = await Promise.allSettled(pagers.map((pager) => pager.page(call, signal)))
      signal.throwIfAborted()
      const failed = ways.find((way) => way.status === 'rejected')
      if (failed !== undefined && ways.every(({ status }) => status === 'rejected')) throw failed.reason
      return 'paged'
    },
  }
}
