import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationInput } from '#conversation/events.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { silentLog } from '#runtime/log.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { openDesk, usualProviders } from './desk.ts'

export interface LongTalkRow {
  /** Turns taken so far. */
  turns: number
  /** What is in use after a collection. */
  heapMb: number
  /** Of the process, buffers and code included. */
  residentMb: number
  /** The largest prompt of the loop's own since the last row, in tokens as they are estimated. */
  promptTokens: number
}

const rowsAfter = 50

/** One spoken conversation of so many turns, as fast as its providers let it, over sockets. */
export async function benchLongTalk(turns: number, signal: AbortSignal): Promise<LongTalkRow[]> {
  await using standIns = await startStandIns(['spoken'])
  const quick = { ...usualProviders, searchMs: 0, firstTokenMs: 0, tokenMs: 0, firstSoundMs: 0, betweenSoundsMs: 0 }
  const url = await standIns.askText('spoken', 'url', quick)
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  await using _removed = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) }
  await using store = openSqliteStore({ path: join(directory, 'store.db'), log: silentLog })
  await using desk = openDesk({ key: 'long', url, conversations: store.conversations })
  const collect = collector()
  const conversation = new Conversation(desk.parts, { principal: localPrincipal, mode: 'spoken' })
  const rows: LongTalkRow[] = []
  let taken = 0
  let promptTokens = 0
  let next = Promise.withResolvers<void>()
  async function* inputs(): AsyncGenerator<ConversationInput> {
    for (let turn = 1; turn <= turns; turn++) {
      yield { kind: 'text', text: said(turn) }
      await next.promise
      next = Promise.withResolvers()
    }
  }
  for await (const event of conversation.turns(inputs(), signal)) {
    if (event.kind === 'metrics') {
      const tokens = Object.values(event.metrics.promptTokens).reduce((sum, part) => sum + part, 0)
      promptTokens = Math.max(promptTokens, tokens)
    }
    if (event.kind !== 'done' && event.kind !== 'apology') continue
    taken += 1
    if (taken === 1 || taken % rowsAfter === 0) {
      await pause(50, undefined, { signal })
      collect()
      const { heapUsed, rss } = process.memoryUsage()
      rows.push({ turns: taken, heapMb: heapUsed / 1e6, residentMb: rss / 1e6, promptTokens })
      promptTokens = 0
    }
    next.resolve()
  }
  return rows
}

/** Questions, follow-ups, and now and then something to be done, about another shard each time. */
function said(turn: number): string {
  if (turn % 4 === 3) return `Share what we know about shard ${turn} with everybody`
  return turn % 4 === 1
    ? `How do I fail over Redis by hand on shard ${turn}?`
    : `and how long does that take on shard ${turn}?`
}

/** A collection of what is not used any more, without a flag at the start of the process. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  return () => {
    if (typeof collect === 'function') collect()
  }
}
