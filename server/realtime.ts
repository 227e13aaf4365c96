import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Principal } from '#knowledge/principal.ts'

/** Who wants to talk, and how. */
export interface RealtimeCaller {
  principal: Principal
  /** As `checkedSettings` gave them for a client secret; undefined without one. */
  settings: unknown
  /** `resume`, `after`, `conversation_id`, `model`: as the client wrote them. */
  query: URLSearchParams
}

export type CheckedSettings =
  /** @property session As it would begin, to be shown. */
  | { kind: 'settings'; settings: unknown; session: Record<string, unknown> }
  | { kind: 'fault'; fault: { message: string; param: string | null } }

/** Calls over WebRTC. */
export interface RealtimeCalls {
  /** Answers the offer of a call, and makes a session of it. */
  begin(
    offer: string,
    caller: RealtimeCaller,
    signal: AbortSignal,
  ): Promise<{ kind: 'call'; id: string; sdp: string } | { kind: 'refused'; reason: string }>
  /** @returns Whether there is such a call of that principal's. */
  hangUp(id: string, principal: Principal): boolean
}

/** What the voice room lends to the HTTP frame. */
export interface RealtimeDesk {
  /** Makes a WebSocket of a request that was let in; the connection is its own from then on. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: RealtimeCaller): void
  checkedSettings(given: unknown): CheckedSettings
  /** Absent: no calls over WebRTC here. */
  calls?: RealtimeCalls | undefined
  /** Takes no new sessions, and resolves when none would be cut off in the middle of a sentence, or at the signal. */
  drain(signal: AbortSignal): Promise<void>
}
