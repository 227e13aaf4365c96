/** Milliseconds from the end of speech to the first sound of its answer, which follow one another. */
export type VoiceStagesMs = Record<'end_of_turn' | 'transcription' | 'answer' | 'voice', number>

/** What is counted of voice sessions; whoever keeps figures hands in what does. */
export interface VoiceFigures {
  /** @param open Sessions that there are now, connected or not. */
  sessions(open: number): void
  /** A turn was answered: milliseconds by stage, which add up to `total`; `outcome` as the protocol ends a response. */
  turn(turn: { stagesMs: Readonly<Record<string, number>>; totalMs: number }): void
  /**
   * A turn whose trace is known was answered aloud.
   * @param soundedMsAgo Since its first sound.
   */
  sounded(turn: { traceId: string; principal: string; stagesMs: VoiceStagesMs; soundedMsAgo: number }): void
  response(outcome: 'completed' | 'cancelled' | 'failed' | 'incomplete'): void
  /** `dismissed`: it was none, and we went on. */
  interruption(outcome: 'interrupted' | 'dismissed'): void
  resumed(): void
}

export const noFigures: VoiceFigures = {
  sessions: () => undefined,
  turn: () => undefined,
  sounded: () => undefined,
  response: () => undefined,
  interruption: () => undefined,
  resumed: () => undefined,
}
