/** What is counted of voice sessions; whoever keeps figures hands in what does. */
export interface VoiceFigures {
  /** @param open Sessions that there are now, connected or not. */
  sessions(open: number): void
  /** A turn was answered: milliseconds by stage, which add up to `total`; `outcome` as the protocol ends a response. */
  turn(turn: { stagesMs: Readonly<Record<string, number>>; totalMs: number }): void
  response(outcome: 'completed' | 'cancelled' | 'failed' | 'incomplete'): void
  /** `dismissed`: it was none, and we went on. */
  interruption(outcome: 'interrupted' | 'dismissed'): void
  resumed(): void
}

export const noFigures: VoiceFigures = {
  sessions: () => undefined,
  turn: () => undefined,
  response: () => undefined,
  interruption: () => undefined,
  resumed: () => undefined,
}
