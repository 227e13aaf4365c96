import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe } from 'vitest'
import { z } from 'zod'
import { type OpenedPager, pagerContract } from '../pager.contract.ts'
import type { PageCall } from '../pager.ts'
import { WebhookPager } from './webhook-pager.ts'

const Body = z.object({
  owners: z.array(z.string()),
  about: z.string(),
  document: z.object({ title: z.string(), url: z.string() }),
  by: z.string(),
  conversation_id: z.string(),
})

async function open(): Promise<OpenedPager> {
  const arrived: PageCall[] = []
  let manner: 'takes' | 'refuses' | 'hangs' = 'takes'
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      if (manner === 'hangs') return
      if (manner === 'refuses') return response.writeHead(503).end()
      const { conversation_id: conversationId, ...rest } = Body.parse(JSON.parse(sent))
      arrived.push({ ...rest, conversationId })
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    pager: new WebhookPager({ url: `http://127.0.0.1:${port}/page` }),
    arrived: () => arrived,
    refuse: () => {
      manner = 'refuses'
    },
    hang: () => {
      manner = 'hangs'
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('WebhookPager', () => {
  pagerContract(open)
})
