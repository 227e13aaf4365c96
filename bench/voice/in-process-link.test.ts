import { describe } from 'vitest'
import { transportContract } from '#voice-bot/transport.contract.ts'
import { inProcessLink } from './in-process-link.ts'

describe('a link within the process', () => {
  transportContract(async () => {
    const events: string[] = []
    const hungUp = Promise.withResolvers<void>()
    const link = inProcessLink({
      onEvent: (json) => events.push(json),
      onSound: () => undefined,
      onPlayed: () => undefined,
      onClosed: hungUp.resolve,
    })
    return {
      transport: link.transport,
      send: (json) => link.send(json),
      received: async (count) => events.slice(0, count),
      hangUp: async () => link.hangUp(),
      hungUpOn: () => hungUp.promise,
      [Symbol.asyncDispose]: async () => link.hangUp(),
    }
  })
})
