import type { Duplex } from 'node:stream'
import type { RelayedLine } from './relayed-line.ts'

/** As much as goes into one packet. */
const segmentBytes = 1448
/** Before what is sent again is lost again, as Linux waits at the least. */
const secondTryMs = 200
/** How often it's looked whether a line that was cut is whole again. */
const lookMs = 20

/**
 * Passes on what comes, in order. A segment that is lost is sent again a round trip later, and all that comes after it
 * waits, as TCP has it where losses are noticed at once; what is lost again waits longer.
 */
export function relayConnection(from: Duplex, to: Duplex, way: 'there' | 'back', line: RelayedLine): void {
  const underWay: { segment: Buffer; arrivesAt: number }[] = []
  let latest = 0
  // One timer for the first of them: two timers for nearly the same time may change places.
  const arrive = () => {
    for (let next = underWay[0]; next !== undefined; next = underWay[0]) {
      const leftMs = line.isCut ? lookMs : next.arrivesAt - performance.now()
      if (leftMs > 0.5) {
        setTimeout(arrive, leftMs)
        return
      }
      to.write(next.segment)
      underWay.shift()
    }
  }
  from.on('error', () => {})
  from.on('close', () => to.destroy())
  from.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += segmentBytes) {
      latest = Math.max(latest, performance.now() + takesMs(way, line))
      underWay.push({ segment: bytes.subarray(at, at + segmentBytes), arrivesAt: latest })
      if (underWay.length === 1) setTimeout(arrive, latest - performance.now())
    }
  })
}

function takesMs(way: 'there' | 'back', line: RelayedLine): number {
  let waitedMs = 0
  for (let tries = 1; ; tries++) {
    const fate = line.fate(way)
    if (fate !== 'lost') return waitedMs + fate
    waitedMs += tries === 1 ? line.roundTripMs : secondTryMs * tries
  }
}
