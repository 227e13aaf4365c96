import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { RelayedLine } from './relayed-line.ts'

export interface DatagramRelay extends AsyncDisposable {
  /** On 127.0.0.1. */
  port: number
}

/** For datagrams: what is lost is lost, and what is late may be overtaken. */
export async function relayedDatagrams(toPort: number, line: RelayedLine): Promise<DatagramRelay> {
  const near = createSocket('udp4')
  const far = createSocket('udp4')
  const underWay = new Set<NodeJS.Timeout>()
  let caller: number | undefined
  const pass = (way: 'there' | 'back', send: () => void) => {
    const fate = line.fate(way)
    if (fate === 'lost' || line.isCut) return
    const timer = setTimeout(() => {
      underWay.delete(timer)
      send()
    }, fate)
    underWay.add(timer)
  }
  near.on('message', (packet, { port }) => {
    caller = port
    pass('there', () => far.send(packet, toPort, '127.0.0.1', () => {}))
  })
  far.on('message', (packet) => {
    pass('back', () => {
      if (caller !== undefined) near.send(packet, caller, '127.0.0.1', () => {})
    })
  })
  near.bind(0, '127.0.0.1')
  far.bind(0, '127.0.0.1')
  await Promise.all([once(near, 'listening'), once(far, 'listening')])
  return {
    port: near.address().port,
    async [Symbol.asyncDispose]() {
      for (const timer of underWay) clearTimeout(timer)
      near.close()
      far.close()
    },
  }
}
