import type { DeepgramClient } from '@deepgram/sdk'
import type { HearingEvent, HearingOptions } from '../speech-to-text.ts'

/** What a connection tells. */
export interface LineListener {
  opened(): void
  message(message: unknown): void
  closed(code: number, reason: string): void
}

/** One connection, whichever of Deepgram's protocols it speaks. */
export interface Line {
  sendAudio(samples: Int16Array): void
  /** Asks for the end of the turn; false: this protocol can't. */
  askForEndOfTurn(): boolean
  /** Tells that there is no more audio; the other side answers what is left and hangs up. */
  finish(): void
  /** Keeps a connection open over which nothing is said. */
  keepAlive(): void
  hangUp(): void
}

/** Reads what a recogniser tells; of one connection. */
export interface MessageReader {
  /** @throws {z.ZodError} When it isn't what Deepgram sends. @throws {DeepgramComplaint} */
  read(message: unknown): Iterable<HearingEvent>
  /** No answer came to a flush, or the audio is at its end: what was heard until now is the turn. */
  end(cause: 'flush' | 'end-of-audio', fedMs: number): Iterable<HearingEvent>
}

/** One of Deepgram's protocols. */
export interface Dialect {
  dial(client: DeepgramClient, model: string, options: HearingOptions, listener: LineListener): Promise<Line>
  /** `flushed`: called when an answer to a flush was read. */
  reader(flushed: () => void): MessageReader
}

/** Deepgram said what is wrong. */
export class DeepgramComplaint extends Error {
  override readonly name = 'DeepgramComplaint'
}

/** At most 500 tokens of all terms together, and no term that would be taken for several (developers.deepgram.com/docs/keyterm). */
export function keytermsWithin(terms: readonly string[]): string[] {
  const most = 100
  const mostCharacters = 1500
  const kept = new Set<string>()
  let characters = 0
  for (const term of terms) {
    const plain = term.replace(/[,;\s]+/g, ' ').trim()
    if (plain === '' || kept.has(plain)) continue
    characters += plain.length
    if (kept.size === most || characters > mostCharacters) break
    kept.add(plain)
  }
  return [...kept]
}
