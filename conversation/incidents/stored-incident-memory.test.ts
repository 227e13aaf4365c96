import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from '#knowledge/postgres/postgres-server.fake.ts'
import { openPostgresStore } from '#knowledge/postgres/postgres-store.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { incidentMemoryContract, minutes, type OpenedIncidentMemory } from './incident-memory.contract.ts'
import { StoredIncidentMemory } from './stored-incident-memory.ts'

const ongoing = new AbortController().signal

function opened(conversations: ConversationStore, close: () => Promise<void>): OpenedIncidentMemory {
  const clock = minutes()
  return {
    conversations,
    memory: (llm) => new StoredIncidentMemory({ conversations, llm, clock, log: silentLog }),
    [Symbol.asyncDispose]: close,
  }
}

it('sums up what was noted while it was looking for something new', async () => {
  const mayRead = Promise.withResolvers<void>()
  class SlowToRead extends MemoryConversations {
    override async turns(...of: Parameters<MemoryConversations['turns']>) {
      const turns = await super.turns(...of)
      await mayRead.promise
      return turns
    }
  }
  const conversations = new SlowToRead()
  const llm = new ScriptedLlm(says('Checkout was slow.'))
  await using memory = new StoredIncidentMemory({ conversations, llm, clock: minutes(), log: silentLog })
  const slow = { id: 'incident:1', title: 'Checkout is slow', startedBy: 'ann', startedAt: new Date() }
  for (const text of ['one', 'two', 'three', 'four'])
    await memory.note(slow, { kind: 'note', by: 'ann', text }, ongoing)
  mayRead.resolve()
  await expect.poll(() => memory.summary(slow, false, ongoing)).toMatchObject({ text: 'Checkout was slow.' })
})

describe('StoredIncidentMemory in memory', () => {
  incidentMemoryContract(async () => opened(new MemoryConversations(), async () => {}))
})

describe('StoredIncidentMemory on SQLite', () => {
  // Threads load their modules some ten times as fast from Node's cache as from TypeScript.
  beforeAll(() => {
    vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
  })

  incidentMemoryContract(async () => {
    const file = await temporaryFile()
    const store = file.open()
    return opened(store.conversations, async () => {
      await store[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
    })
  })
})

describe.skipIf(postgresPrograms === undefined)('StoredIncidentMemory on PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  incidentMemoryContract(async () => {
    const store = await openPostgresStore({ url: await server.empty(), log: silentLog }, ongoing)
    return opened(store.conversations, async () => await store[Symbol.asyncDispose]())
  })
})
