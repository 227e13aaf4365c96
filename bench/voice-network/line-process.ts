import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { chance } from '../chance.ts'
import { type LineQuality, packetFates } from './line.ts'
import type { LineAsk, LineEnds } from './line-wire.ts'

/**
 * The line itself, in a process of its own, so that nothing but its quality delays a packet. A TUN device at each end
 * hands it IP packets as datagrams: `node line-process.ts ENDS`, a JSON of ports. It ends with whoever began it.
 */
const ends: LineEnds = JSON.parse(process.argv[2] ?? '')
let fates = { there: packetFates({ loss: 0, delayMs: 0, jitterMs: 0 }, chance(0)), back: (): number | 'lost' => 0 }
let isCut = false

function become(quality: LineQuality, seed: number): void {
  // Each way has losses of its own, whatever goes the other way.
  fates = { there: packetFates(quality, chance(seed)), back: packetFates(quality, chance(seed + 1)) }
}

function pass(packet: Buffer, out: Socket, port: number, fate: () => number | 'lost'): void {
  // The rest is what a new interface says about IPv6.
  const isIpV4 = (packet[0] ?? 0) >> 4 === 4
  if (!isIpV4 || isCut) return
  const takesMs = fate()
  if (takesMs === 'lost') return
  const send = () => out.send(packet, port, '127.0.0.1', () => {})
  if (takesMs === 0) send()
  else setTimeout(send, takesMs)
}

const near = createSocket('udp4')
const far = createSocket('udp4')
near.on('message', (packet) => pass(packet, far, ends.far.device, () => fates.there()))
far.on('message', (packet) => pass(packet, near, ends.near.device, () => fates.back()))
near.bind(ends.near.line, '127.0.0.1')
far.bind(ends.far.line, '127.0.0.1')
await Promise.all([once(near, 'listening'), once(far, 'listening')])

process.on('disconnect', () => process.exit(0))
process.on('message', (ask: LineAsk) => {
  if (ask.kind === 'become') become(ask.quality, ask.seed)
  else isCut = ask.isCut
  process.send?.('done')
})
process.send?.('ready')
