import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { growHeapGenerously } from '#runtime/heap.ts'
import { silentLog } from '#runtime/log.ts'
import { webSocketDoor } from '#voice-bot/websocket/websocket-door.ts'
import { openDesk } from '../conversation/desk.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { measuredSessions } from './measured-sessions.ts'

/**
 * A voice agent in a process of its own, so that what it takes can be told from what its callers take:
 * `node --expose-gc voice-process.ts PROVIDERS_URL`. It writes its address; then, for each line of stdin, what it has
 * used until then, or for `marks` what went through its ports. It ends with stdin.
 */
export interface VoiceUse {
  /** Without the collections that were forced to tell what is reachable. */
  cpuSeconds: number
  residentMb: number
  /** Reachable after a collection. */
  heapMb: number
  externalMb: number
}

const mostMarks = 5000
growHeapGenerously()
const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
const store = openSqliteStore({ path: join(directory, 'store.db'), log: silentLog })
/** What went through the ports, as far as nobody has asked yet. */
let marks: ProviderMark[] = []
const desk = openDesk({ key: 'voice', url: process.argv[2] ?? '', conversations: store.conversations }, (what) => {
  if (marks.length < mostMarks) marks.push({ what, at: steadyMs() })
})
const { detector, sessions } = measuredSessions(desk.parts)
const door = webSocketDoor(sessions)
const http = createServer()
http.on('upgrade', (request, socket, head) => {
  const { searchParams: query } = new URL(request.url ?? '/', 'http://bench')
  const resumeToken = query.get('resume') ?? undefined
  const after = query.get('after') ?? undefined
  door.accept(request, socket, head, { principal: localPrincipal, resumeToken, after })
})
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const address = http.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
process.stdout.write(`${JSON.stringify({ url: `ws://127.0.0.1:${port}/v1/realtime?model=nightdesk` })}\n`)

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What collections took that nobody but this measurement asked for. */
let collectingSeconds = 0
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'marks') {
    process.stdout.write(`${JSON.stringify(marks)}\n`)
    marks = []
    continue
  }
  const used = cpuSeconds()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const use: VoiceUse = {
    cpuSeconds: used - collectingSeconds,
    residentMb: rss / 1e6,
    heapMb: heapUsed / 1e6,
    externalMb: external / 1e6,
  }
  collectingSeconds += cpuSeconds() - used
  process.stdout.write(`${JSON.stringify(use)}\n`)
}
await sessions[Symbol.asyncDispose]()
await detector[Symbol.asyncDispose]()
await desk[Symbol.asyncDispose]()
http.closeAllConnections()
http.close()
await store[Symbol.asyncDispose]()
await rm(directory, { recursive: true, force: true })
process.exit(0)
