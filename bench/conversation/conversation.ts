import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { silentLog } from '#runtime/log.ts'
import { chance } from '../chance.ts'
import { type Percentiles, percentiles } from '../search.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { openDesk, usualProviders } from './desk.ts'
import { steadyMs } from './port-marks.ts'
import { turnTimes } from './turn-times.ts'

export interface ConversationBenchRow {
  conversations: number
  turns: number
  /** Milliseconds from the end of a turn to its first sound, the providers' included. */
  total: Percentiles
  /** Of that, what passed inside the loop: between the ports of the providers. */
  added: Percentiles
  /** The same between the providers' sockets: with our adapters of them, and with the ways there and back. */
  addedWithAdapters: Percentiles
  /** Of the time that searching takes, how much was over when the turn ended. */
  searchHidden: number
  /** CPU seconds of this process for each minute of each conversation. */
  cpuSecondsAMinute: number
}

export interface ConversationLoad {
  conversations: number
  turnsEach: number
}

const rate = 16_000
const frameMs = 20

/** Spoken turns of many conversations at once, with every provider in another process, behind its own protocol. */
export async function benchConversation(
  /** `warmUp`: before anything is timed, so that code is compiled by then. */
  { loads, warmUp }: { loads: readonly ConversationLoad[]; warmUp: ConversationLoad },
  signal: AbortSignal,
): Promise<ConversationBenchRow[]> {
  await using standIns = await startStandIns(['spoken'])
  const url = await standIns.askText('spoken', 'url', usualProviders)
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  try {
    await using store = openSqliteStore({ path: join(directory, 'store.db'), log: silentLog })
    await talkAll('warm-up', warmUp, url, store.conversations, signal)
    const rows: ConversationBenchRow[] = []
    for (const load of loads) {
      const name = `${load.conversations}-at-once`
      const began = { at: performance.now(), cpu: process.cpuUsage() }
      const talks = await talkAll(name, load, url, store.conversations, signal)
      const { user, system } = process.cpuUsage(began.cpu)
      const minutes = ((performance.now() - began.at) / 60_000) * load.conversations
      const marks = Marks.parse(await standIns.ask('spoken', 'marks'))
      const times = talks.flatMap(({ key, sounds }) => turnTimes(marks[key] ?? [], sounds))
      const inLoop = talks.flatMap(({ marks: own, sounds }) => turnTimes(own, sounds))
      rows.push({
        conversations: load.conversations,
        turns: times.length,
        total: percentiles(times.map(({ total }) => total)),
        added: percentiles(inLoop.map(({ added }) => added)),
        addedWithAdapters: percentiles(times.map(({ added }) => added)),
        searchHidden: times.reduce((sum, { searchHidden }) => sum + searchHidden, 0) / Math.max(1, times.length),
        cpuSecondsAMinute: (user + system) / 1e6 / minutes,
      })
    }
    return rows
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const Marks = z.record(z.string(), z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object')))

/** What one conversation noted. */
interface Talked {
  key: string
  marks: readonly ProviderMark[]
  /** When its turns made their first sounds. */
  sounds: readonly number[]
}

async function talkAll(
  name: string,
  { conversations, turnsEach }: ConversationLoad,
  url: string,
  store: ConversationStore,
  signal: AbortSignal,
): Promise<Talked[]> {
  const random = chance(conversations)
  return await Promise.all(
    Array.from({ length: conversations }, async (_, at) => {
      await pause(random.unit() * usualProviders.turnEveryMs, undefined, { signal })
      return await talk({ key: `${name}-${at}`, url, conversations: store }, turnsEach, signal)
    }),
  )
}

async function talk(place: Parameters<typeof openDesk>[0], turns: number, signal: AbortSignal): Promise<Talked> {
  const marks: ProviderMark[] = []
  await using desk = openDesk(place, (what) => marks.push({ what, at: steadyMs() }))
  const conversation = new Conversation(desk.parts, { principal: localPrincipal, mode: 'spoken' })
  const sounds: number[] = []
  let sounding = 0
  for await (const event of conversation.turns(microphone(turns * usualProviders.turnEveryMs, signal), signal)) {
    if (event.kind !== 'audio' || event.turn === sounding || event.samples.length === 0) continue
    sounding = event.turn
    sounds.push(steadyMs())
  }
  return { key: place.key, marks, sounds }
}

/** Frames as they come from a microphone, in real time. */
async function* microphone(lengthMs: number, signal: AbortSignal): AsyncGenerator<ConversationInput> {
  const began = performance.now()
  const samples = new Int16Array((rate * frameMs) / 1000)
  for (let ms = frameMs; ms <= lengthMs; ms += frameMs) {
    const early = began + ms - performance.now()
    if (early > 1) await pause(early, undefined, { signal })
    yield { kind: 'audio', samples, sampleRate: rate }
  }
}
