import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { embedderContract } from '../embedder/embedder.contract.ts'
import type { Embedder } from '../embedder/embedder.ts'
import { loadOpsEmbed } from '../embedder/ops-embed/ops-embed.ts'
import { createEmbedderGateway } from './embedder-gateway.ts'

const ongoing = new AbortController().signal
const parts = { clock: fixedClock('2026-06-01T00:00:00Z'), log: silentLog }

function failing(embed: Embedder['embed']): Embedder {
  return { id: 'remote', dimensions: 2, embed, [Symbol.asyncDispose]: async () => {} }
}

describe('the gateway to an embedder', () => {
  embedderContract(async () => createEmbedderGateway(await loadOpsEmbed(), parts, 5000))

  it('does not keep a question waiting, and hangs up', async () => {
    let stopped: unknown
    const silent = failing(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped = signal.reason
            reject(new Error('aborted'))
          })
        }),
    )
    await expect(createEmbedderGateway(silent, parts, 5).embed(['redis'], ongoing)).rejects.toMatchObject({
      code: 'embedder_unavailable',
    })
    expect(stopped).toBeInstanceOf(Error)
  })

  it('leaves it alone after three failures', async () => {
    let asked = 0
    const down = failing(async () => {
      asked += 1
      throw new Error('down')
    })
    const gateway = createEmbedderGateway(down, parts)
    for (let turn = 0; turn < 5; turn++)
      await expect(gateway.embed(['redis'], ongoing)).rejects.toThrow(/down|left alone/)
    expect(asked).toBe(3)
    expect(gateway.pool.health()[0]).toMatchObject({ state: 'open' })
  })
})
