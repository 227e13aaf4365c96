import { expect, it } from 'vitest'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { fixedClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config/config.ts'
import { silentLog } from '#runtime/log.ts'
import { forgetOldConversations } from './forgetting.ts'

it('deletes what is older than 90 days unless the settings say otherwise, and keeps the rest', async () => {
  const conversations = new MemoryConversations()
  const ongoing = new AbortController().signal
  const turn = (traceId: string, at: string) => ({
    traceId,
    conversationId: 'c',
    principal: 'ann',
    question: 'q',
    standalone: 'q',
    lang: 'en' as const,
    answer: 'a',
    abstained: false,
    cited: [],
    at: new Date(at),
  })
  await conversations.addTurn(turn('old', '2026-01-01T00:00:00Z'), ongoing)
  await conversations.addTurn(turn('new', '2026-05-01T00:00:00Z'), ongoing)
  const stop = new AbortController()
  const config = readConfig({ environment: {}, workingDir: '/nowhere' })
  const forgetting = forgetOldConversations(
    { config, log: silentLog, signal: stop.signal },
    conversations,
    fixedClock('2026-06-01'),
  )
  await expect
    .poll(async () => (await conversations.turns('c', 'ann', 9, ongoing)).map(({ traceId }) => traceId))
    .toEqual(['new'])
  stop.abort()
  await forgetting
})
