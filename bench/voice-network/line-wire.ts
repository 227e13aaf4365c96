import type { LineQuality } from './line.ts'

/** Ports on 127.0.0.1: what a TUN device receives goes from `device` to `line`, and what it's to send the other way. */
interface LineEnd {
  line: number
  device: number
}

export interface LineEnds {
  /** The caller's. */
  near: LineEnd
  far: LineEnd
}

export type LineAsk = { kind: 'become'; quality: LineQuality; seed: number } | { kind: 'cut'; isCut: boolean }
