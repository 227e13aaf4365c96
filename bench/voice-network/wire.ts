import type { Gaps } from './heard-tone.ts'

/** What the caller's process is begun with. */
export interface CallerOptions {
  kind: 'webrtc' | 'websocket'
  /** Where offers go, or the WebSocket. */
  url: string
  seconds: number
}

/** What the caller says in the end, on stdout. */
export interface CallerFindings {
  connectedMs: number
  heard: Gaps
  /** Of events there and back. */
  echoMs: readonly number[]
}

/** Both ways, over a WebSocket. */
export const pieceMs = 20
export const socketRate = 24_000
/** Of a player on a plain connection: how late it begins. */
export const bufferMs = 150
