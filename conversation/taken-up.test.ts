import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from '#knowledge/postgres/postgres-server.fake.ts'
import { openPostgresStore } from '#knowledge/postgres/postgres-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { askByLoop } from './ask.ts'
import type { CommandName } from './commands.ts'
import { answersIn, fakeParts, given, redisWiki, type Section } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'

const ongoing = new AbortController().signal
const dns: Section = {
  title: 'DNS切替',
  heading: '手順',
  text: '1. TTLを30秒に下げる。\n2. レコードを変更する。\n3. 反映を確認する。',
}
const wiki = [...redisWiki, dns]
const wordMs = 200

/** Each opening is another process on the same store. */
interface Place extends AsyncDisposable {
  open: () => Promise<{ conversations: ConversationStore } & AsyncDisposable>
}

/** A call, and what was taken in of it; of the last answer only so much is heard. */
async function called(
  conversations: ConversationStore,
  said: readonly (string | ConversationInput)[],
  heardMs?: number,
): Promise<ConversationEvent[]> {
  const toSpeech = new FakeTextToSpeech({ wordMs })
  const parts = fakeParts(wiki, { conversations, clock: systemClock, newId: randomUUID, speech: { toSpeech } })
  const last = Promise.withResolvers<void>()
  async function* inputs(): AsyncGenerator<ConversationInput> {
    yield* given(...said)
    await last.promise
    if (heardMs !== undefined) yield { kind: 'interruption', heardMs }
  }
  const call = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', newConversationId: 'by-phone' })
  const events: ConversationEvent[] = []
  for await (const event of call.turns(inputs(), ongoing)) {
    events.push(event)
    if (answersIn(events).length === said.length) last.resolve()
  }
  return events
}

/** As the thread asks: a text, or a button below the last answer. */
async function inThread(conversations: ConversationStore, text: string, command?: CommandName) {
  const parts = fakeParts(wiki, { conversations, clock: systemClock, newId: randomUUID })
  const [before] = await conversations.turns('by-phone', localPrincipal.name, 1, ongoing)
  const question = {
    text,
    conversationId: 'by-phone',
    mode: 'text' as const,
    principal: localPrincipal,
    ...(command === undefined ? {} : { lang: before?.lang, command: { name: command, about: '' } }),
  }
  const events = await Array.fromAsync(askByLoop(parts)(question, ongoing))
  return events.flatMap((event) => (event.kind === 'done' ? [event.answer] : []))[0]
}

function takenUp(open: () => Promise<Place>): void {
  it('goes on in a thread at the step and in the language of the call, with what was heard of it', async () => {
    await using place = await open()
    {
      await using store = await place.open()
      const events = await called(store.conversations, ['DNS切替を一つずつ案内して', '次'], wordMs)
      const [, second] = answersIn(events)
      expect(second?.answer).toContain('レコードを変更する')
    }
    await using store = await place.open()
    const [first, second] = await store.conversations.turns('by-phone', localPrincipal.name, 9, ongoing)
    expect(first?.answer).toContain('TTLを30秒に下げる')
    expect(second?.answer).not.toContain('レコードを変更する')
    const third = await inThread(store.conversations, 'next', 'next')
    expect(third).toMatchObject({ lang: 'ja', conversationId: 'by-phone' })
    expect(third?.answer).toContain('反映を確認する')
  })

  it('understands in a thread what was spoken of on the call', async () => {
    await using place = await open()
    {
      await using store = await place.open()
      await called(store.conversations, ['How do I fail over Redis by hand?'])
    }
    await using store = await place.open()
    const answer = await inThread(store.conversations, 'and who owns that?')
    const [, asked] = await store.conversations.turns('by-phone', localPrincipal.name, 9, ongoing)
    expect(asked?.standalone).toContain('Redis')
    expect(answer?.conversationId).toBe('by-phone')
  })
}

describe('a conversation begun by phone, on SQLite', () => {
  // Threads load their modules some ten times as fast from Node's cache as from TypeScript.
  beforeAll(() => {
    vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
  })

  takenUp(async () => {
    const file = await temporaryFile()
    return {
      open: async () => file.open(),
      [Symbol.asyncDispose]: async () => await file[Symbol.asyncDispose](),
    }
  })
})

describe.skipIf(postgresPrograms === undefined)('a conversation begun by phone, on PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  takenUp(async () => {
    const url = await server.empty()
    return {
      open: async () => await openPostgresStore({ url, log: silentLog }, ongoing),
      [Symbol.asyncDispose]: async () => {},
    }
  })
})
