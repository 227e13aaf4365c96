import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import type { Connecting } from '#voice-bot/realtime/sessions.ts'
import { WebrtcCalls } from '#voice-bot/webrtc/webrtc-calls.ts'
import { webSocketDoor } from '#voice-bot/websocket/websocket-door.ts'
import { openDesk } from '../conversation/desk.ts'
import { measuredSessions } from '../voice/measured-sessions.ts'
import type { AgentUse } from './agent-use.ts'
import { HeardInTime } from './heard-in-time.ts'

/**
 * A voice agent behind both transports, in a process of its own: `node agent-process.ts PROVIDERS_URL`. It writes its
 * port; then, for each line of stdin, what it has used and heard until then. It ends with stdin.
 */
const ongoing = new AbortController().signal
const desk = openDesk({ key: 'voice', url: process.argv[2] ?? '', conversations: new MemoryConversations() })
const { detector, sessions } = measuredSessions(desk.parts)
const hearing = new HeardInTime()
const calls = new WebrtcCalls({ log: silentLog })
const door = webSocketDoor({
  connect: (connecting) => sessions.connect({ ...connecting, link: hearing.over(connecting.link) }),
})

function connectingOf({ url = '/' }: IncomingMessage): Omit<Connecting, 'link'> {
  const { searchParams: query } = new URL(url, 'http://agent')
  return {
    principal: localPrincipal,
    resumeToken: query.get('resume') ?? undefined,
    after: query.get('after') ?? undefined,
  }
}

async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { sdp, transport } = await calls.begin(await text(request), localPrincipal.name, ongoing)
  sessions.connect({ link: transport, ...connectingOf(request) })
  response.writeHead(201, { 'content-type': 'application/sdp' }).end(sdp)
}

const http = createServer((request, response) => {
  call(request, response).catch(() => response.writeHead(503).end())
})
http.on('upgrade', (request, socket, head) => door.accept(request, socket, head, connectingOf(request)))
http.listen(0)
await once(http, 'listening')
const address = http.address()
process.stdout.write(
  `${JSON.stringify({ port: typeof address === 'object' && address !== null ? address.port : 0 })}\n`,
)

/** User and system time of another process, in ticks of which Linux has 100 a second (proc(5)). */
async function cpuSecondsOf(id: number | undefined): Promise<number> {
  if (id === undefined) return 0
  const afterName = (await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)?.split(' ') ?? []
  return (Number(afterName[11] ?? 0) + Number(afterName[12] ?? 0)) / 100
}

/** Pages have 4 kB here (proc(5)). */
async function residentMbOf(id: number | undefined): Promise<number> {
  if (id === undefined) return 0
  const pages = (await readFile(`/proc/${id}/statm`, 'utf8').catch(() => '')).split(' ')[1]
  return (Number(pages ?? 0) * 4096) / 1e6
}

for await (const _ of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage()
  const use: AgentUse = {
    cpuSeconds: (user + system) / 1e6,
    callsCpuSeconds: await cpuSecondsOf(calls.processId),
    residentMb: process.memoryUsage.rss() / 1e6 + (await residentMbOf(calls.processId)),
    heardLateMs: hearing.lateMs,
  }
  process.stdout.write(`${JSON.stringify(use)}\n`)
}
await sessions[Symbol.asyncDispose]()
await calls[Symbol.asyncDispose]()
await detector[Symbol.asyncDispose]()
await desk[Symbol.asyncDispose]()
process.exit(0)
