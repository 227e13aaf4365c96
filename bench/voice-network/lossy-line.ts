import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Chance } from '../chance.ts'

/** What a line does to what goes over it, each way. */
export interface LineQuality {
  /** Of packets that get lost, 0..1. */
  loss: number
  /** The least that a packet takes, and how much longer it may take. */
  delayMs: number
  jitterMs: number
}

export interface Line extends AsyncDisposable {
  /** On 127.0.0.1. */
  port: number
}

/** As much as goes into one packet. */
const segmentBytes = 1448
/** Before what is sent again is lost again, as Linux waits at the least. */
const secondTryMs = 200

/** A line for datagrams: what is lost is lost, and what is late may be overtaken. */
export async function lossyDatagrams(toPort: number, quality: LineQuality, random: Chance): Promise<Line> {
  const near = createSocket('udp4')
  const far = createSocket('udp4')
  let caller: number | undefined
  const pass = (send: () => void) => {
    if (random.unit() >= quality.loss) setTimeout(send, quality.delayMs + random.unit() * quality.jitterMs)
  }
  near.on('message', (packet, { port }) => {
    caller = port
    pass(() => far.send(packet, toPort, '127.0.0.1', () => {}))
  })
  far.on('message', (packet) => {
    pass(() => {
      if (caller !== undefined) near.send(packet, caller, '127.0.0.1', () => {})
    })
  })
  near.bind(0, '127.0.0.1')
  far.bind(0, '127.0.0.1')
  await Promise.all([once(near, 'listening'), once(far, 'listening')])
  return {
    port: near.address().port,
    async [Symbol.asyncDispose]() {
      near.removeAllListeners('message')
      far.removeAllListeners('message')
      // What is on its way arrives nowhere.
      await new Promise((resolve) => setTimeout(resolve, quality.delayMs + quality.jitterMs + 5))
      near.close()
      far.close()
    },
  }
}

/**
 * A line for a connection. A segment that is lost is sent again a round trip later, and all that comes after it waits, as
 * TCP has it where losses are noticed at once; what is lost again waits longer.
 */
export async function lossyConnection(toPort: number, quality: LineQuality, random: Chance): Promise<Line> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => {})
      from.on('close', () => to.destroy())
      forward(from, to, quality, random)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function forward(from: Socket, to: Socket, quality: LineQuality, random: Chance): void {
  const roundTripMs = 2 * quality.delayMs + quality.jitterMs
  const underWay: { segment: Buffer; arrivesAt: number }[] = []
  let latest = 0
  // One timer for the first of them: two timers for nearly the same time may change places.
  const arrive = () => {
    for (let next = underWay[0]; next !== undefined; next = underWay[0]) {
      const leftMs = next.arrivesAt - performance.now()
      if (leftMs > 0.5) {
        setTimeout(arrive, leftMs)
        return
      }
      to.write(next.segment)
      underWay.shift()
    }
  }
  from.on('data', (bytes) => {
    for (let at = 0; at < bytes.length; at += segmentBytes) {
      let takesMs = quality.delayMs + random.unit() * quality.jitterMs
      for (let tries = 1; random.unit() < quality.loss; tries++)
        takesMs += tries === 1 ? roundTripMs : secondTryMs * tries
      latest = Math.max(latest, performance.now() + takesMs)
      underWay.push({ segment: bytes.subarray(at, at + segmentBytes), arrivesAt: latest })
      if (underWay.length === 1) setTimeout(arrive, takesMs)
    }
  })
}
