import type { SoundQuality } from './caller-wire.ts'

/** What a client's connection tells, and nothing after `gone`. */
export interface CallerListener {
  event(type: string, event: Readonly<Record<string, unknown>>): void
  /** Each 10 ms of what comes out of the loudspeaker. */
  heard(isSilent: boolean): void
  gone(): void
}

/** One connection to the agent, as a client makes it. */
export interface CallerLink {
  send(event: object): void
  /** 20 ms at 24 kHz. */
  speak(frame: Int16Array): void
  /** Talked over: whoever plays by themselves stops. */
  silence(): void
  /** Of the sound that came in packets. */
  quality(): Promise<SoundQuality | undefined>
  close(): void
}

/** @param query What stands behind the address: what is to be gone on with. */
export type OpenCallerLink = (query: string, listener: CallerListener) => CallerLink
